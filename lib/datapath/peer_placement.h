// SPDX-License-Identifier: BSD-3-Clause
// Which connections the other balancer would place where they are, though it had not been told of
// them: with `maglev`, whose hash is the same there, and `unknown: adopt`.
#pragma once

#include <cstdint>

#include "lib/datapath/snapshot.h"
#include "lib/net/address.h"

namespace drover::datapath {

// The service is `placed_alike`. No load counts: the other balancer's may differ. Any thread.
bool is_placed_alike(const IpAddress& client, std::uint16_t client_port, std::uint16_t virtual_port,
                     DestinationId destination, const VirtualService& service);

// Of a connection in the table: nothing need be told of it.
template <class Key>
bool is_placed_alike(const Key& key, DestinationId destination, const Snapshot& snapshot) {
  if (!snapshot.any_placed_alike) [[likely]]
    return false;
  const VirtualService* service = snapshot.find_service(key.vip, key.virtual_port);
  return service != nullptr && service->placed_alike &&
         is_placed_alike(key.client, key.client_port, key.virtual_port, destination, *service);
}

}  // namespace drover::datapath
