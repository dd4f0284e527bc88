// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <set>
#include <tuple>

#include "lib/config/nearest.h"
#include "lib/config/validate.h"

namespace drover::config {
namespace {

std::string_view family(const IpAddress& address) {
  return address.is_v4() ? "IPv4" : "IPv6";
}

std::string_view word(Protocol protocol) {
  return protocol == Protocol::tcp ? "tcp" : "udp";
}

void check_names(Context& context, const Config& config) {
  FirstSeen<std::string> names;
  for (std::size_t i = 0; i < config.services.size(); ++i)
    if (const auto here = context.places().sound(fmt::format("services[{}].name", i)))
      if (const auto first = names.add(config.services[i].name, *here))
        context.error(*here,
                      fmt::format("the name {} is another service's", config.services[i].name),
                      the_first_is_at(*first));
}

void check_virtual_services(Context& context, const Config& config) {
  FirstSeen<std::tuple<IpAddress, std::uint16_t, Protocol>> seen;
  for (std::size_t i = 0; i < config.services.size(); ++i) {
    const Service& service = config.services[i];
    if (!context.places().sound(fmt::format("services[{}].address", i))) continue;
    if (service.ports.empty())
      if (const auto here = context.places().sound(fmt::format("services[{}].ports", i)))
        if (const auto first = seen.add({service.address, 0, service.protocol}, *here))
          context.error(*here,
                        fmt::format("ports: any is given twice for {} {}", word(service.protocol),
                                    to_string(service.address)),
                        the_first_is_at(*first));
    for (std::size_t j = 0; j < service.ports.size(); ++j) {
      const auto here = context.places().sound(fmt::format("services[{}].ports[{}]", i, j));
      if (!here) continue;
      const auto first = seen.add({service.address, service.ports[j], service.protocol}, *here);
      if (first)
        context.error(*here,
                      fmt::format("{} {} is given twice", word(service.protocol),
                                  to_string(service.address, service.ports[j])),
                      the_first_is_at(*first));
    }
  }
}

void check_pools_of_services(Context& context, const Config& config) {
  std::vector<std::string_view> names;
  for (const auto& [name, pool] : config.pools)
    if (context.places().given("pools." + name)) names.push_back(name);

  const bool pools_are_unreadable = context.places().given("pools") && names.empty();

  std::set<std::string_view> used;
  for (std::size_t i = 0; i < config.services.size(); ++i) {
    const std::string& pool = config.services[i].pool;
    used.insert(pool);
    const auto here = context.places().sound(fmt::format("services[{}].pool", i));
    if (!here || config.pools.contains(pool) || pools_are_unreadable) continue;
    context.error(*here, fmt::format("there is no pool {}", in_quotes(pool)),
                  names.empty() ? "the file has no pools" : suggest(pool, names, "the pools are"));
  }
  for (const std::string_view name : names)
    if (!used.contains(name))
      context.warn(context.places().nearest(fmt::format("pools.{}", name)),
                   fmt::format("no service uses the pool {}", name));
}

// TCP needs its connections; what IPVS calls one-packet scheduling is for UDP only there, too.
void check_one_packet(Context& context, const Config& config) {
  for (std::size_t i = 0; i < config.services.size(); ++i) {
    const Service& service = config.services[i];
    if (service.one_packet && service.protocol != Protocol::udp)
      context.error(context.places().nearest(fmt::format("services[{}].one_packet", i)),
                    "one_packet is for services with protocol: udp");
  }
}

// A frame keeps its addresses, so a server must speak the VIP's family.
void check_families(Context& context, const Config& config) {
  for (std::size_t i = 0; i < config.services.size(); ++i) {
    const Service& service = config.services[i];
    const auto path = fmt::format("services[{}]", i);
    const auto pool = config.pools.find(service.pool);
    if (!context.places().sound(path + ".address")) continue;
    if (pool != config.pools.end())
      for (const Server& server : pool->second.servers)
        if (server.address != IpAddress{} && server.address.is_v4() != service.address.is_v4()) {
          context.error(
              context.places().nearest(path + ".pool"),
              fmt::format("the service {} has an {} address, its server {} an {} one", service.name,
                          family(service.address), server.name, family(server.address)));
          break;
        }
    if (service.sorry_server && service.sorry_server->is_v4() != service.address.is_v4())
      context.error(
          context.places().nearest(path + ".sorry_server"),
          fmt::format("the service {} has an {} address, its sorry_server an {} one", service.name,
                      family(service.address), family(*service.sorry_server)));
    if (service.persistence && service.address.is_v4() && service.persistence->mask > 32)
      context.error(
          context.places().nearest(path + ".persistence.mask"),
          fmt::format("mask is {}, an IPv4 prefix has at most 32 bits", service.persistence->mask));
  }
}

void check_servers_of_pools(Context& context, const Config& config) {
  for (const auto& [pool, path] : pool_places(config)) {
    FirstSeen<IpAddress> addresses;
    FirstSeen<std::string> names;
    for (std::size_t i = 0; i < pool->servers.size(); ++i) {
      const Server& server = pool->servers[i];
      const auto at = fmt::format("{}.servers[{}]", path, i);
      if (const auto here = context.places().sound(at + ".address"))
        if (const auto first = addresses.add(server.address, *here))
          context.error(*here,
                        fmt::format("the server {} is given twice", to_string(server.address)),
                        the_first_is_at(*first));
      if (server.lower_threshold > server.upper_threshold)
        if (const auto here = context.places().sound(at + ".lower_threshold"))
          context.error(*here, server.upper_threshold == 0
                                   ? "a lower_threshold needs an upper_threshold"
                                   : fmt::format("lower_threshold is {}, above the upper one, {}",
                                                 server.lower_threshold, server.upper_threshold));
      // Without a name a server goes by its address.
      const bool has_name = context.places().given(at + ".name").has_value();
      if (const auto here = context.places().sound(at + (has_name ? ".name" : ".address")))
        if (const auto first = names.add(server.name, *here); first && has_name)
          context.error(*here, fmt::format("the name {} is another server's", server.name),
                        the_first_is_at(*first));
    }
  }
}

}  // namespace

void validate_services(Context& context, const Config& config) {
  check_names(context, config);
  check_virtual_services(context, config);
  check_pools_of_services(context, config);
  check_one_packet(context, config);
  check_families(context, config);
  check_servers_of_pools(context, config);
}

}  // namespace drover::config
