// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace drover::test {

struct FreeMemory {
  void operator()(std::byte* memory) const { std::free(memory); }
};

using HugeMemory = std::unique_ptr<std::byte, FreeMemory>;

// Zeroed and aligned to a page of 2 MB; in such pages where there are many bytes and the kernel
// grants them.
inline HugeMemory huge_memory(std::size_t bytes) {
  constexpr std::size_t page = 2 << 20U;
  const std::size_t whole = (bytes + page - 1) / page * page;
  HugeMemory memory(static_cast<std::byte*>(std::aligned_alloc(page, whole)));
  if (!memory) throw std::bad_alloc();
  if (bytes >= page) madvise(memory.get(), whole, MADV_HUGEPAGE);
  std::memset(memory.get(), 0, bytes);
  return memory;
}

}  // namespace drover::test
