// SPDX-License-Identifier: BSD-3-Clause
// Zeroed memory of its own pages, huge ones where there are any free: of 1 GB if half of one is
// used, else of 2 MB, else what the kernel makes of ordinary ones. To get it takes no time,
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
  // What the memory lies on, for a person: "1 GB hugepages".
  const char* pages() const { return pages_; }

 private:
  PageMemory(std::span<std::byte> bytes, const char* pages);

  std::span<std::byte> bytes_;
  const char* pages_;
  std::thread populating_;
};

}  // namespace drover
