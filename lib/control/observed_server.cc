// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/observed_server.h"

namespace drover::control {

ObservedServer observed_server(const SnapshotBuilder& services, const MacOf& mac_of,
                               std::uint32_t destination) {
  for (const ServiceView& service : services.services())
    for (const ServerView& view : service.servers)
      if (view.id.value() == destination)
        return {.name = view.server.name,
                .at = api::Endpoint{view.server.address, service.key.port},
                .mac = view.server.mac ? view.server.mac : mac_of(view.server.address)};
  const IpAddress& address = services.server(DestinationId(destination));
  return {.name = to_string(address), .at = std::nullopt, .mac = mac_of(address)};
}

}  // namespace drover::control
