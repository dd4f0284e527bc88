// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/ways_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "lib/config/networks.h"

namespace drover::control {
namespace {

constexpr std::size_t most_ways_out = std::numeric_limits<std::uint8_t>::max();

PortId to_id(std::size_t port) {
  return PortId(static_cast<std::uint8_t>(port));
}

}  // namespace

WayOut way_out_to(const config::Config& config, const config::Pool& pool, const IpAddress& server) {
  const auto port = config::egress_port(config, pool, server);
  if (!port) return {PortId(0), pool.vlan};
  return {to_id(*port), config::egress_vlan(config, pool, *port)};
}

datapath::PortSet ports_of_vip(const config::Config& config, const config::Service& service) {
  datapath::PortSet ports = 0;
  for (const std::size_t port : config::vip_ports(config, service))
    ports |= datapath::port_bit(to_id(port));
  return ports;
}

std::vector<ReachedServer> peers_of(const config::Config& config) {
  std::set<IpAddress> theirs;
  for (std::size_t i = 0; i < config.nodes.size(); ++i) {
    if (config.node == i) continue;
    for (const auto* addresses : {&config.nodes[i].addresses, &config.nodes[i].port_addresses})
      for (const IpInterface& peer : *addresses) theirs.insert(peer.address);
  }
  if (config.failover && config.failover->sync)
    theirs.insert(config.failover->sync->peers.begin(), config.failover->sync->peers.end());
  if (config.failover)
    for (const config::VrrpInstance& instance : config.failover->vrrp) {
      theirs.insert(instance.peers.begin(), instance.peers.end());
      if (instance.second_path)
        theirs.insert(instance.second_path->peers.begin(), instance.second_path->peers.end());
    }
  for (std::size_t port = 0; port < config.ports.size(); ++port)
    for (const IpInterface& own : config::addresses_of_port(config, port))
      theirs.erase(own.address);
  std::vector<ReachedServer> peers;
  for (const IpAddress& peer : theirs)
    if (const auto port = config::port_on_network_of(config, peer))
      peers.push_back({.address = peer, .way_out = {to_id(*port), config.ports[*port].vlan}});
  return peers;
}

Result<void> check_mac(const config::Server& server,
                       const std::vector<datapath::PortFacts>& ports) {
  if (!server.mac || std::ranges::none_of(ports, [&](const datapath::PortFacts& port) {
        return port.mac == *server.mac;
      }))
    return {};
  return failure("services",
                 fmt::format("the MAC address of the server {}, {}, is this balancer's own",
                             server.name, to_string(*server.mac)),
                 "give the server's, or none");
}

Result<void> check_count(const std::set<WayOut>& ways) {
  if (ways.size() <= most_ways_out) return {};
  return failure("pools", fmt::format("more than {} pairs of a port and a VLAN", most_ways_out));
}

EgressId EgressNumbers::of(const WayOut& way) {
  const auto [known, is_new] =
      numbers_.try_emplace(way, static_cast<std::uint8_t>(numbers_.size()));
  if (is_new) {
    // Tests of the control side may go without ports.
    const datapath::PortFacts port = way.port.value() < snapshot_.ports.size()
                                         ? snapshot_.ports[way.port.value()]
                                         : datapath::PortFacts{};
    snapshot_.egresses.push_back({.port = way.port,
                                  .keep_source_mac = port.keep_source_mac,
                                  .mac = port.mac,
                                  .vlan = way.vlan,
                                  .mtu = port.mtu == 0 ? std::uint16_t{UINT16_MAX} : port.mtu});
  }
  return known->second;
}

}  // namespace drover::control
