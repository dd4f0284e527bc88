// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/source_text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace drover::config {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string remedy_for(int error_number) {
  if (error_number == ENOENT) return "name the file with --config, or start from conf/drover.yaml";
  if (error_number == EACCES) return "run as a user who may read it";
  return {};
}

// The length of the UTF-8 sequence that starts here, 0 if there is none (RFC 3629, section 4).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if ((first & 0xf0) == 0xe0) {
    const bool overlong = first == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = first == 0xed && byte(1) > 0x9f;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool overlong = first == 0xf0 && byte(1) < 0x90;
    const bool too_large = first == 0xf4 && byte(1) > 0x8f;
    return follows(1) && follows(2) && follows(3) && !overlong && !too_large ? 4 : 0;
  }
  return 0;
}

bool is_control(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0)
    return failure(path, "cannot be read: " + errno_text(errno), remedy_for(errno));
  struct stat status {};
  if (fstat(file.get(), &status) == 0 && S_ISDIR(status.st_mode))
    return failure(path, "is a directory, not a file");

  std::string text;
  char chunk[65'536];
  while (true) {
    const ssize_t got = read(file.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure(path, "cannot be read: " + errno_text(errno));
    if (got == 0) return text;
    text.append(chunk, static_cast<std::size_t>(got));
    if (text.size() > largest_file)
      return failure(path, fmt::format("is larger than {} MiB, so it is no configuration file",
                                       largest_file >> 20));
  }
}

bool is_only_roots(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && status.st_uid == 0 &&
         (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::optional<Finding> find_binary(std::string_view text) {
  Position position{1, 1};
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0 || is_control(text[at]))
      return Finding{position,
                     fmt::format("this is no text file: byte 0x{:02x} is not UTF-8 text",
                                 static_cast<std::uint8_t>(text[at])),
                     "save it as plain UTF-8 text"};
    if (text[at] == '\n')
      position = {position.line + 1, 1};
    else
      position.column += static_cast<int>(length);
    at += length;
  }
  return std::nullopt;
}

}  // namespace drover::config
