// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/service_facts.h"

#include <cstddef>

namespace drover::control {

std::set<IpAddress> vip_addresses(const SnapshotBuilder& builder) {
  std::set<IpAddress> addresses;
  for (const ServiceView& service : builder.services()) addresses.insert(service.key.address);
  return addresses;
}

unsigned percent_up(const SnapshotBuilder& builder, const std::string& service) {
  std::size_t all = 0;
  std::size_t up = 0;
  for (const ServiceView& view : builder.services()) {
    if (view.name != service) continue;
    for (const ServerView& server : view.servers) {
      if (server.is_sorry) continue;
      ++all;
      up += builder.standing(server).role == Standing::Role::serves ? 1 : 0;
    }
  }
  return all == 0 ? 100 : static_cast<unsigned>(100 * up / all);
}

}  // namespace drover::control
