// SPDX-License-Identifier: BSD-3-Clause
// Ports, networks and VLANs: what each service and server needs to be reached.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "lib/config/nearest.h"
#include "lib/config/networks.h"
#include "lib/config/validate.h"

namespace drover::config {
namespace {

std::vector<std::string_view> names_of_ports(const Config& config) {
  std::vector<std::string_view> names;
  for (const Port& port : config.ports) names.push_back(port.name);
  return names;
}

// True when all ports could be read, so that what is missing is missing indeed.
bool all_are_sound(const Context& context, const Config& config) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < config.ports.size(); ++i)
    if (!context.places().sound(fmt::format("ports[{}].name", i)) ||
        !names.insert(config.ports[i].name).second)
      return false;
  return !config.ports.empty();
}

bool check_port_name(Context& context, const Config& config, const std::string& name,
                     const std::string& path) {
  const auto names = names_of_ports(config);
  if (std::ranges::find(names, name) != names.end()) return true;
  if (const auto here = context.places().sound(path))
    context.error(*here, fmt::format("there is no port {}", in_quotes(name)),
                  suggest(name, names, "the ports are"));
  return false;
}

// Services of one VIP share it, and so its ports.
void check_services(Context& context, const Config& config) {
  struct First {
    std::vector<std::size_t> ports;
    Position position;
  };
  std::map<IpAddress, First> vips;
  for (std::size_t i = 0; i < config.services.size(); ++i) {
    const Service& service = config.services[i];
    const auto path = fmt::format("services[{}]", i);
    bool known = true;
    for (std::size_t j = 0; j < service.on.size(); ++j)
      known &= check_port_name(context, config, service.on[j], fmt::format("{}.on[{}]", path, j));
    const auto here = context.places().sound(path + ".address");
    if (!known || !here) continue;
    const auto ports = vip_ports(config, service);
    if (ports.empty()) {
      context.error(*here,
                    fmt::format("the VIP {} is on no port's network", to_string(service.address)),
                    "name the ports that a router sends it to, such as on: [front]");
      continue;
    }
    const auto [first, is_new] = vips.try_emplace(service.address, First{ports, *here});
    if (!is_new && first->second.ports != ports)
      context.error(
          context.places().nearest(path + ".on"),
          fmt::format("another service has the VIP {} on other ports", to_string(service.address)),
          the_first_is_at(first->second.position));
  }
}

void check_pools(Context& context, const Config& config) {
  for (const auto& [pool, path] : pool_places(config)) {
    if (!pool->port.empty() && !check_port_name(context, config, pool->port, path + ".port"))
      continue;
    for (std::size_t i = 0; i < pool->servers.size(); ++i) {
      const auto here = context.places().sound(fmt::format("{}.servers[{}].address", path, i));
      if (!here || egress_port(config, *pool, pool->servers[i].address)) continue;
      context.error(*here,
                    fmt::format("{} is on no port's network", to_string(pool->servers[i].address)),
                    "give the port an address on it, or the pool a port");
    }
  }
}

}  // namespace

void validate_networks(Context& context, const Config& config) {
  if (!all_are_sound(context, config)) return;
  check_services(context, config);
  check_pools(context, config);
}

}  // namespace drover::config
