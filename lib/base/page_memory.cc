// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/page_memory.h"

#include <sched.h>
#include <sys/mman.h>

namespace drover {
namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20U;

void* map(std::size_t bytes, int flags) {
  return mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

// As an ordinary thread, whatever the one that made it is.
void populate(std::span<std::byte> bytes) {
  const sched_param ordinary{};
  sched_setscheduler(0, SCHED_OTHER, &ordinary);
  madvise(bytes.data(), bytes.size(), MADV_POPULATE_WRITE);  // without it pages come when used
}

}  // namespace

std::unique_ptr<PageMemory> PageMemory::make(std::size_t bytes) {
  const std::size_t rounded = (bytes + huge_page - 1) / huge_page * huge_page;
  void* memory = map(rounded, MAP_HUGETLB | 21 << MAP_HUGE_SHIFT);
  if (memory == MAP_FAILED) {
    memory = map(rounded, 0);
    if (memory == MAP_FAILED) return nullptr;
    madvise(memory, rounded, MADV_HUGEPAGE);
  }
  return std::unique_ptr<PageMemory>(new PageMemory({static_cast<std::byte*>(memory), rounded}));
}

PageMemory::PageMemory(std::span<std::byte> bytes)
    : bytes_(bytes), populating_([bytes] { populate(bytes); }) {}

PageMemory::~PageMemory() {
  populating_.join();
  munmap(bytes_.data(), bytes_.size());
}

}  // namespace drover
