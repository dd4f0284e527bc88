// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/capture_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace drover::client {

Result<CaptureFile> CaptureFile::create(const std::string& path) {
  if (path == "-") {
    if (isatty(STDOUT_FILENO) != 0)
      return failure("stdout", "it is a terminal, and a capture is no text",
                     "name a file with --output, or pipe it into a program");
    return CaptureFile(STDOUT_FILENO, "stdout");
  }
  const int descriptor =
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return failure(path, errno_text(errno));
  return CaptureFile(descriptor, path);
}

CaptureFile::CaptureFile(CaptureFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      rest_(std::move(other.rest_)),
      statistics_(std::move(other.statistics_)),
      frames_(other.frames_) {}

CaptureFile::~CaptureFile() {
  if (descriptor_ > STDOUT_FILENO) close(descriptor_);
}

Result<void> CaptureFile::take(std::string_view bytes) {
  rest_ += bytes;
  std::string_view left = rest_;
  std::size_t whole = 0;
  while (true) {
    const auto length = pcapng::block_length(left);
    if (!length) return failure(path_, "what droverd sends is no pcapng");
    if (*length == 0) break;
    const std::string_view block = left.substr(0, *length);
    left.remove_prefix(*length);
    if (const auto statistics = pcapng::read_statistics(block)) {
      statistics_[statistics->interface] = block;
      // Written with the others, so the blocks before it go now.
      if (auto written = write(std::string_view(rest_).substr(
              whole, rest_.size() - left.size() - block.size() - whole));
          !written)
        return written;
      whole = rest_.size() - left.size();
    } else if (pcapng::is_packet(block)) {
      ++frames_;
    }
  }
  const std::size_t end = rest_.size() - left.size();
  if (auto written = write(std::string_view(rest_).substr(whole, end - whole)); !written)
    return written;
  rest_.erase(0, end);
  return {};
}

Result<void> CaptureFile::finish() {
  for (const auto& [interface, block] : statistics_)
    if (auto written = write(block); !written) return written;
  return {};
}

std::uint64_t CaptureFile::dropped() const {
  std::uint64_t sum = 0;
  for (const auto& [interface, block] : statistics_) sum += pcapng::read_statistics(block)->dropped;
  return sum;
}

Result<void> CaptureFile::write(std::string_view blocks) const {
  while (!blocks.empty()) {
    const ssize_t written = ::write(descriptor_, blocks.data(), blocks.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure(path_, errno_text(errno));
    blocks.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace drover::client
