// SPDX-License-Identifier: BSD-3-Clause
#include "apps/droverd/table_allocation.h"

#include <fmt/format.h>
#include <rte_malloc.h>
#include <rte_memory.h>

namespace drover {

void TableAllocation::RteFree::operator()(std::byte* memory) const {
  rte_free(memory);
}

TableAllocation::TableAllocation(std::size_t bytes, std::size_t alignment, const Eal& eal) {
  if (eal.runs_without_hugepages()) {
    own_ = PageMemory::make(bytes);
    if (own_) bytes_ = own_->bytes().first(bytes);
    return;
  }
  of_dpdk_.reset(static_cast<std::byte*>(rte_zmalloc_socket(
      "connections", bytes, static_cast<unsigned>(alignment), eal.memory_socket())));
  if (of_dpdk_) bytes_ = {of_dpdk_.get(), bytes};
}

std::string TableAllocation::pages() const {
  if (own_) return own_->pages();
  const rte_memseg_list* segments = rte_mem_virt2memseg_list(of_dpdk_.get());
  constexpr std::uint64_t megabyte = 1U << 20U;
  const std::uint64_t megabytes = segments == nullptr ? 0 : segments->page_sz / megabyte;
  return megabytes >= 1024 ? fmt::format("{} GB hugepages", megabytes / 1024)
                           : fmt::format("{} MB hugepages", megabytes);
}

}  // namespace drover
