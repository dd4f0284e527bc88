// SPDX-License-Identifier: BSD-3-Clause
// By which ports, and in which VLANs there, frames leave to real servers. Control thread only.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/datapath/snapshot.h"

namespace drover::control {

struct WayOut {
  PortId port;
  std::uint16_t vlan = 0;  // 0: see datapath::Egress
  friend auto operator<=>(const WayOut&, const WayOut&) = default;
};

// A host whose MAC address must be known: a server that gets frames, its connections' at least, or
// another balancer.
struct ReachedServer {
  IpAddress address;
  bool pinned = false;  // the file gives its MAC address
  WayOut way_out;
};

// To a server of this pool.
WayOut way_out_to(const config::Config& config, const config::Pool& pool, const IpAddress& server);

// On which the service's VIP answers.
datapath::PortSet ports_of_vip(const config::Config& config, const config::Service& service);

// The other nodes' addresses that are on a network of ours.
std::vector<ReachedServer> peers_of(const config::Config& config);

// Error: the server's MAC address in the file is that of one of our ports.
Result<void> check_mac(const config::Server& server, const std::vector<datapath::PortFacts>& ports);

// Error: there are more than have numbers.
Result<void> check_count(const std::set<WayOut>& ways);

// Numbers the ways out of a snapshot, which has its ports.
class EgressNumbers {
 public:
  explicit EgressNumbers(datapath::Snapshot& snapshot) : snapshot_(snapshot) {}
  EgressId of(const WayOut& way);

 private:
  datapath::Snapshot& snapshot_;
  std::map<WayOut, EgressId> numbers_;
};

}  // namespace drover::control
