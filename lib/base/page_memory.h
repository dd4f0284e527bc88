// SPDX-License-Identifier: BSD-3-Clause
// Zeroed memory of its own pages, huge ones where there are any free. To get it takes no time,
// whatever its size: a thread of its own then asks the kernel for the pages, which may be used
// meanwhile.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <thread>

namespace drover {

class PageMemory {
 public:
  // Null: the system has none.
  static std::unique_ptr<PageMemory> make(std::size_t bytes);
  ~PageMemory();
  PageMemory(const PageMemory&) = delete;
  PageMemory& operator=(const PageMemory&) = delete;

  std::span<std::byte> bytes() const { return bytes_; }

 private:
  explicit PageMemory(std::span<std::byte> bytes);

  std::span<std::byte> bytes_;
  std::thread populating_;
};

}  // namespace drover
