// SPDX-License-Identifier: BSD-3-Clause
// `failover.sync`: to whom connections are told, and from whom they are taken.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/net/address.h"

namespace drover::config {

// Directors that run the kernel's IPVS, or what speaks like it; nothing is authenticated there.
struct IpvsSync {
  std::vector<IpAddress> peers;               // messages of others are dropped
  IpAddress group = Ipv4Address(0xe0000051);  // 224.0.0.81
  bool unicast = false;                       // to each peer instead of the group
  std::uint16_t port = 8848;
  std::uint8_t sync_id = 0;  // 0: takes messages of every id
  std::string on;            // a port's name; empty: the first port
  friend bool operator==(const IpvsSync&, const IpvsSync&) = default;
};

struct Sync {
  std::string key_file;          // empty: only with IPVS
  std::vector<IpAddress> peers;  // empty: the other nodes' addresses
  std::uint16_t port = 8849;
  std::chrono::milliseconds wait{5'000};  // for a peer's table before this balancer counts as ready
  std::chrono::milliseconds refresh{30'000};  // within which a connection's later expiry is told
  std::optional<IpvsSync> ipvs;
  friend bool operator==(const Sync&, const Sync&) = default;
};

}  // namespace drover::config
