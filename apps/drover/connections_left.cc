// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/connections_left.h"

#include <algorithm>

namespace drover::client {

ConnectionsLeft connections_left(const api::Services& services, std::string_view service,
                                 std::string_view server) {
  const auto named = std::ranges::find_if(services.services, [&](const api::Service& each) {
    return each.name == service || to_string(each.address, each.port) == service;
  });
  ConnectionsLeft left;
  if (named == services.services.end()) return left;
  for (const api::Service& each : services.services) {
    if (each.name != named->name) continue;
    for (const api::Server& one : each.servers) {
      if (one.name != server && to_string(one.address) != server) continue;
      left.active += one.active;
      left.inactive += one.inactive;
    }
  }
  return left;
}

}  // namespace drover::client
