// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/networks.h"

#include <algorithm>

namespace drover::config {

std::optional<std::size_t> port_named(const Config& config, const std::string& name) {
  const auto port = std::ranges::find(config.ports, name, &Port::name);
  if (port == config.ports.end()) return std::nullopt;
  return static_cast<std::size_t>(port - config.ports.begin());
}

std::vector<IpInterface> addresses_of_port(const Config& config, std::size_t port) {
  const Port& its = config.ports[port];
  if (!its.addresses.empty()) return its.addresses;
  const auto first =
      std::ranges::find_if(config.ports, [](const Port& each) { return each.addresses.empty(); });
  return &*first == &its ? config.own_addresses() : std::vector<IpInterface>{};
}

std::optional<std::size_t> port_on_network_of(const Config& config, const IpAddress& address) {
  std::optional<std::size_t> best;
  int longest = -1;
  for (std::size_t port = 0; port < config.ports.size(); ++port)
    for (const IpInterface& own : addresses_of_port(config, port))
      if (own.contains(address) && own.prefix_length > longest) {
        best = port;
        longest = own.prefix_length;
      }
  return best;
}

std::optional<std::size_t> egress_port(const Config& config, const Pool& pool,
                                       const IpAddress& server) {
  if (!pool.port.empty()) return port_named(config, pool.port);
  if (config.ports.size() == 1) return 0;
  return port_on_network_of(config, server);
}

std::vector<std::size_t> vip_ports(const Config& config, const Service& service) {
  if (config.ports.size() == 1) return {0};
  std::vector<std::size_t> ports;
  for (const std::string& name : service.on)
    if (const auto port = port_named(config, name)) ports.push_back(*port);
  if (service.on.empty())
    if (const auto port = port_on_network_of(config, service.address)) ports.push_back(*port);
  std::ranges::sort(ports);
  return ports;
}

std::uint16_t egress_vlan(const Config& config, const Pool& pool, std::size_t port) {
  return pool.vlan != 0 ? pool.vlan : config.ports[port].vlan;
}

}  // namespace drover::config
