// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/page_memory.h"

#include <sched.h>
#include <sys/mman.h>

namespace drover {
namespace {

struct HugePage {
  unsigned bits;  // of its size
  const char* name;
};
constexpr HugePage largest{30, "1 GB hugepages"};
constexpr HugePage usual{21, "2 MB hugepages"};

std::size_t rounded_up(std::size_t bytes, const HugePage& page) {
  const std::size_t size = std::size_t{1} << page.bits;
  return (bytes + size - 1) / size * size;
}

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
  const auto made = [](void* memory, std::size_t size, const char* pages) {
    return std::unique_ptr<PageMemory>(
        new PageMemory({static_cast<std::byte*>(memory), size}, pages));
  };
  for (const HugePage& page : {largest, usual}) {
    const std::size_t size = rounded_up(bytes, page);
    if (bytes < size / 2 && page.bits == largest.bits) continue;
    void* memory = map(size, MAP_HUGETLB | static_cast<int>(page.bits << MAP_HUGE_SHIFT));
    if (memory != MAP_FAILED) return made(memory, size, page.name);
  }
  const std::size_t size = rounded_up(bytes, usual);
  void* memory = map(size, 0);
  if (memory == MAP_FAILED) return nullptr;
  const bool transparent = madvise(memory, size, MADV_HUGEPAGE) == 0;
  return made(memory, size, transparent ? "transparent hugepages" : "ordinary pages");
}

PageMemory::PageMemory(std::span<std::byte> bytes, const char* pages)
    : bytes_(bytes), pages_(pages), populating_([bytes] { populate(bytes); }) {}

PageMemory::~PageMemory() {
  populating_.join();
  munmap(bytes_.data(), bytes_.size());
}

}  // namespace drover
