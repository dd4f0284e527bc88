// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/neighbour_watch.h"

#include <set>
#include <string>
#include <vector>

#include "lib/control/service_facts.h"
#include "lib/control/vlan_interface.h"

namespace drover::control {

void NeighbourWatch::follow(SnapshotBuilder::TimePoint now) {
  const auto reached = builder_.reached_servers(now);
  reached_ = reached.size();
  std::vector<Neighbour> servers;
  std::set<IpAddress> seen;
  for (const ReachedServer& server : reached)
    if (!server.pinned && seen.insert(server.address).second)
      servers.push_back(neighbour_of(server));
  std::vector<Neighbour> all = servers;
  for (const ReachedServer& peer : builder_.peers())
    if (seen.insert(peer.address).second) all.push_back(neighbour_of(peer));
  table_.watch(all);
  probe_.watch(servers, vip_addresses(builder_));
  for (const Neighbour& neighbour : all) table_.resolve(neighbour.address);
}

Neighbour NeighbourWatch::neighbour_of(const ReachedServer& server) const {
  const WayOut& way = server.way_out;
  const PlantPort& port = plant_.ports[way.port.value()];
  const std::string own = port.driver->kernel_interface();
  const bool is_in_vlan = port.driver->host_interface() != nullptr && port.config->vlan == way.vlan;
  return {server.address, way.vlan == 0 || is_in_vlan ? own : vlan_interface(own, way.vlan)};
}

}  // namespace drover::control
