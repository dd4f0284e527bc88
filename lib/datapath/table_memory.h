// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>

namespace drover::datapath {

// For a worker's connection tables: of each table's bytes_for(), zeroed, aligned to its buckets.
struct TableMemory {
  std::span<std::byte> v4;
  std::span<std::byte> v6;
};

}  // namespace drover::datapath
