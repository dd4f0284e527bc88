// SPDX-License-Identifier: BSD-3-Clause
// The memory of a worker's connection table: of DPDK's hugepages if it has some, of 1 GB before 2
// MB where both are reserved; else pages of its own, of which the kernel makes large ones.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "drivers/eal.h"
#include "lib/base/page_memory.h"

namespace drover {

class TableAllocation {
 public:
  // Zeroed. bytes() is empty when there is no memory.
  template <class Table>
  static TableAllocation make(std::size_t bytes, const Eal& eal) {
    return {bytes, alignof(typename Table::Bucket), eal};
  }
  TableAllocation() = default;

  std::span<std::byte> bytes() const { return bytes_; }
  // "1 GB hugepages"
  std::string pages() const;

 private:
  struct RteFree {
    void operator()(std::byte* memory) const;
  };
  TableAllocation(std::size_t bytes, std::size_t alignment, const Eal& eal);

  std::unique_ptr<std::byte, RteFree> of_dpdk_;
  std::unique_ptr<PageMemory> own_;
  std::span<std::byte> bytes_;
};

}  // namespace drover
