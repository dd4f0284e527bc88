// SPDX-License-Identifier: BSD-3-Clause
// A worker begins with a connection table of the least size for a family of addresses that no
// service has (table_sizes.h). When a reload brings the family's first service, each worker gets a
// table here that is as large as if it had been in the file from the start; it stays until droverd
// ends.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "lib/base/page_memory.h"
#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/control/table_sizes.h"
#include "lib/datapath/table_memory.h"

namespace drover::control {

class GrownTables {
 public:
  // `started`: what the workers' tables were made for.
  GrownTables(const config::Config& started, std::uint16_t workers)
      : workers_(workers), sizes_(table_sizes(started, workers)), memory_(workers) {}

  // Makes room for the families of `config`. An error: there is no memory, and connections of that
  // family that find no room are placed by hash.
  Result<void> fit(const config::Config& config);

  // By worker, for SnapshotBuilder::set_tables; lives as long as this.
  const std::vector<datapath::TableMemory>& memory() const { return memory_; }

 private:
  using Pages = std::vector<std::unique_ptr<PageMemory>>;
  Result<Pages> get(std::size_t bytes, const char* family) const;

  std::uint16_t workers_;
  TableSizes sizes_;
  std::vector<datapath::TableMemory> memory_;
  Pages pages_;
};

}  // namespace drover::control
