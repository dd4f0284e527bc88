// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>

#include "lib/config/validate.h"

namespace drover::config {
namespace {

// Whose address it is: a VIP's, a node's and a server's must not be the same.
struct Owner {
  std::string who;  // "the node lb1"
  Position position;
};
using Owners = std::map<IpAddress, Owner>;

Owners owners_of_node_addresses(Context& context, const Config& config) {
  Owners owners;
  for (const Node& node : config.nodes) {
    const auto path = fmt::format("nodes.{}.address", node.name);
    for (std::size_t i = 0; i < node.addresses.size(); ++i) {
      if (node.addresses[i] == IpInterface{}) continue;  // was not read
      const Position here = context.places().nearest(fmt::format("{}[{}]", path, i));
      const auto [first, is_new] =
          owners.emplace(node.addresses[i].address, Owner{"the node " + node.name, here});
      if (!is_new)
        context.error(here,
                      fmt::format("{} is the address of {}, too",
                                  to_string(node.addresses[i].address), first->second.who),
                      the_first_is_at(first->second.position));
    }
  }
  return owners;
}

// The ports' own addresses, on every node.
void add_owners_of_port_addresses(Context& context, const Config& config, Owners& owners) {
  const auto add = [&](const IpInterface& own, const std::string& who, bool node_has_it) {
    const Position here = context.places().nearest("ports");
    const auto [first, is_new] = owners.emplace(own.address, Owner{who, here});
    if (!is_new && !node_has_it)
      context.error(
          here,
          fmt::format("{} is the address of {}, too", to_string(own.address), first->second.who),
          the_first_is_at(first->second.position));
  };
  // A node may name one of them as its own.
  for (const Node& node : config.nodes)
    for (const IpInterface& own : node.port_addresses)
      add(own, "a port on the node " + node.name,
          std::find(node.addresses.begin(), node.addresses.end(), own) != node.addresses.end());
  if (config.nodes.empty())
    for (const Port& port : config.ports)
      for (const IpInterface& own : port.addresses)
        if (own != IpInterface{}) add(own, "the port " + port.name, false);
}

Owners owners_of_vips(const Context& context, const Config& config) {
  Owners owners;
  for (std::size_t i = 0; i < config.services.size(); ++i)
    if (const auto here = context.places().sound(fmt::format("services[{}].address", i)))
      owners.emplace(config.services[i].address,
                     Owner{"the VIP of the service " + config.services[i].name, *here});
  return owners;
}

// A balancer's networks, and what a message calls it.
struct Networks {
  std::string whose;
  std::vector<IpInterface> own;
};

std::vector<Networks> networks_of_nodes(const Config& config) {
  std::vector<Networks> networks;
  for (const Node& node : config.nodes) {
    networks.push_back({"of the node " + node.name, node.addresses});
    networks.back().own.insert(networks.back().own.end(), node.port_addresses.begin(),
                               node.port_addresses.end());
  }
  if (config.nodes.empty()) {
    networks.push_back({"of a port", {}});
    for (const Port& port : config.ports)
      networks.back().own.insert(networks.back().own.end(), port.addresses.begin(),
                                 port.addresses.end());
  }
  return networks;
}

// Direct routing reaches a server by its MAC address alone, so on every node it must be a
// neighbour. Of networks that the file does not give, nothing is known.
void check_on_link(Context& context, const std::vector<Networks>& nodes, const IpAddress& address,
                   Position position) {
  for (const Networks& node : nodes) {
    const IpInterface* other = nullptr;
    bool on_link = false;
    for (const IpInterface& own : node.own) {
      if (own == IpInterface{} || own.address.is_v4() != address.is_v4()) continue;
      on_link |= own.contains(address);
      if (other == nullptr) other = &own;
    }
    if (other == nullptr || on_link) continue;
    context.error(position,
                  fmt::format("{} is not on the network {}, {}", to_string(address), node.whose,
                              to_string(*other)),
                  "direct routing needs its servers on the same segment");
    return;
  }
}

void check_is_nobodys(Context& context, const Owners& owners, const IpAddress& address,
                      Position position) {
  if (const auto owner = owners.find(address); owner != owners.end())
    context.error(
        position,
        fmt::format("{} is also the address of {}", to_string(address), owner->second.who),
        fmt::format("that is at {}:{}", owner->second.position.line,
                    owner->second.position.column));
}

}  // namespace

void validate_addresses(Context& context, const Config& config) {
  Owners nodes = owners_of_node_addresses(context, config);
  add_owners_of_port_addresses(context, config, nodes);
  const std::vector<Networks> networks = networks_of_nodes(config);
  const Owners vips = owners_of_vips(context, config);

  for (std::size_t i = 0; i < config.services.size(); ++i)
    if (const auto here = context.places().sound(fmt::format("services[{}].address", i)))
      check_is_nobodys(context, nodes, config.services[i].address, *here);

  const auto check_server = [&](const IpAddress& address, const std::string& path, bool elsewhere) {
    const auto here = context.places().sound(path);
    if (!here) return;
    check_is_nobodys(context, nodes, address, *here);
    check_is_nobodys(context, vips, address, *here);
    if (!elsewhere) check_on_link(context, networks, address, *here);
  };
  for (const auto& [pool, path] : pool_places(config))
    for (std::size_t i = 0; i < pool->servers.size(); ++i)
      // In a VLAN of the pool's own there may be another network.
      check_server(pool->servers[i].address, fmt::format("{}.servers[{}].address", path, i),
                   pool->vlan != 0 && pool->servers[i].mac);
  for (std::size_t i = 0; i < config.services.size(); ++i)
    if (const auto& sorry = config.services[i].sorry_server)
      check_server(*sorry, fmt::format("services[{}].sorry_server", i), false);
}

}  // namespace drover::config
