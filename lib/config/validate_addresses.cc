// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

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

Owners owners_of_vips(const Context& context, const Config& config) {
  Owners owners;
  for (std::size_t i = 0; i < config.services.size(); ++i)
    if (const auto here = context.places().sound(fmt::format("services[{}].address", i)))
      owners.emplace(config.services[i].address,
                     Owner{"the VIP of the service " + config.services[i].name, *here});
  return owners;
}

// Direct routing reaches a server by its MAC address alone, so on every node it must be a
// neighbour.
void check_on_link(Context& context, const Config& config, const IpAddress& address,
                   Position position) {
  for (const Node& node : config.nodes)
    for (const IpInterface& own : node.addresses)
      if (own != IpInterface{} && own.address.is_v4() == address.is_v4() &&
          !own.contains(address)) {
        context.error(position,
                      fmt::format("{} is not on the network of the node {}, {}", to_string(address),
                                  node.name, to_string(own)),
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
  const Owners nodes = owners_of_node_addresses(context, config);
  const Owners vips = owners_of_vips(context, config);

  for (std::size_t i = 0; i < config.services.size(); ++i)
    if (const auto here = context.places().sound(fmt::format("services[{}].address", i)))
      check_is_nobodys(context, nodes, config.services[i].address, *here);

  const auto check_server = [&](const IpAddress& address, const std::string& path) {
    const auto here = context.places().sound(path);
    if (!here) return;
    check_is_nobodys(context, nodes, address, *here);
    check_is_nobodys(context, vips, address, *here);
    check_on_link(context, config, address, *here);
  };
  for (const auto& [pool, path] : pool_places(config))
    for (std::size_t i = 0; i < pool->servers.size(); ++i)
      check_server(pool->servers[i].address, fmt::format("{}.servers[{}].address", path, i));
  for (std::size_t i = 0; i < config.services.size(); ++i)
    if (const auto& sorry = config.services[i].sorry_server)
      check_server(*sorry, fmt::format("services[{}].sorry_server", i));
}

}  // namespace drover::config
