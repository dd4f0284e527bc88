// SPDX-License-Identifier: BSD-3-Clause
// The file of a capture, whole at every moment: it gets whole blocks only, and the statistics of
// each interface once, at the end.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/net/pcapng.h"

namespace drover::client {

class CaptureFile {
 public:
  // Made anew, for its owner's eyes only; "-": stdout. Errors: as open(2), or a terminal.
  static Result<CaptureFile> create(const std::string& path);

  CaptureFile(CaptureFile&& other) noexcept;
  CaptureFile& operator=(CaptureFile&&) = delete;
  ~CaptureFile();

  // Bytes as they come from droverd, wherever they are cut. Errors: as write(2), or no pcapng.
  Result<void> take(std::string_view bytes);
  Result<void> finish();

  std::uint64_t frames() const { return frames_; }
  // That found no room on their way.
  std::uint64_t dropped() const;

 private:
  CaptureFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  Result<void> write(std::string_view block) const;

  int descriptor_;
  std::string path_;
  std::string rest_;                                 // the beginning of a block
  std::map<std::uint32_t, std::string> statistics_;  // the last block of each interface
  std::uint64_t frames_ = 0;
};

}  // namespace drover::client
