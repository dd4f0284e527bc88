// SPDX-License-Identifier: BSD-3-Clause
// How large a worker's connection tables are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "lib/config/config.h"
#include "lib/flow/connection_table.h"

namespace drover::control {

struct TableSizes {
  std::size_t v4 = 0;  // bytes
  std::size_t v6 = 0;
};

// Each family that a service has gets its share of all `connections`, so that these fit whatever
// the families' mix; another one the least that a table may have.
inline TableSizes table_sizes(const config::Config& config, std::uint16_t workers) {
  const std::uint64_t share = (config.connections + workers - 1) / workers;
  const bool any_v6 = std::ranges::any_of(
      config.services, [](const config::Service& service) { return service.address.is_v6(); });
  const bool any_v4 = std::ranges::any_of(
      config.services, [](const config::Service& service) { return service.address.is_v4(); });
  return {.v4 = flow::ConnectionTableV4::bytes_for(any_v4 || !any_v6 ? share : 0),
          .v6 = flow::ConnectionTableV6::bytes_for(any_v6 ? share : 0)};
}

}  // namespace drover::control
