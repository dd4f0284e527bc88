// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/assemble.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/config/nearest.h"
#include "lib/config/validate.h"

namespace drover::config {
namespace {

std::optional<std::size_t> find_node(const Config& config, std::string_view name) {
  for (std::size_t i = 0; i < config.nodes.size(); ++i)
    if (config.nodes[i].name == name) return i;
  return std::nullopt;
}

std::optional<std::size_t> pick_node(Context& context, const Config& config,
                                     const WhichNode& which) {
  if (!context.places().given("nodes")) {
    if (which.option)
      context.error(
          {}, fmt::format("there is no node {}: the file has no nodes", in_quotes(*which.option)),
          "leave --node out");
    return std::nullopt;
  }
  if (config.nodes.empty()) return std::nullopt;  // they could not be read
  const std::string& name = which.option ? *which.option : which.host_name;
  if (const auto node = find_node(config, name)) return node;
  const std::string short_name = which.host_name.substr(0, which.host_name.find('.'));
  if (!which.option)
    if (const auto node = find_node(config, short_name)) return node;

  if (which.or_the_first) return 0;

  std::vector<std::string_view> names;
  for (const Node& node : config.nodes) names.push_back(node.name);
  const auto known = fmt::format("the nodes are {}", fmt::join(names, ", "));
  const Position position = context.places().nearest("nodes");
  if (which.option)
    context.error(position, fmt::format("there is no node {}", in_quotes(name)), known);
  else
    context.error(position, fmt::format("this host's name, {}, is no node's", in_quotes(name)),
                  known + "; name one with --node");
  return std::nullopt;
}

std::string device_on(const DeviceInFile& device, const std::string& node) {
  for (const auto& [name, of_node] : device.by_node)
    if (name == node) return of_node;
  return device.everywhere;
}

std::vector<IpInterface> addresses_on(const AddressesInFile& addresses, const std::string& node) {
  for (const auto& [name, of_node] : addresses.by_node)
    if (name == node) return of_node;
  return addresses.everywhere;
}

// What was not read counts for none.
void add_port_addresses(std::vector<Node>& nodes, const std::vector<PortInFile>& ports) {
  for (Node& node : nodes)
    for (const PortInFile& port : ports)
      // One address for several nodes is an error, told elsewhere.
      if (nodes.size() == 1 || !port.addresses_in_file.by_node.empty())
        for (const IpInterface& own : addresses_on(port.addresses_in_file, node.name))
          if (own != IpInterface{}) node.port_addresses.push_back(own);
}

std::vector<Port> ports_of(const Config& config, std::vector<PortInFile> in_file) {
  const std::string node = config.node ? config.nodes[*config.node].name : std::string();
  std::vector<Port> ports;
  for (PortInFile& port : in_file) {
    port.device = device_on(port.device_in_file, node);
    port.addresses = addresses_on(port.addresses_in_file, node);
    ports.push_back(std::move(port));
  }
  return ports;
}

void add_services(Config& config, std::vector<ServiceInFile> in_file) {
  for (ServiceInFile& service : in_file) {
    if (!service.servers.empty()) {
      service.pool = "service " + service.name;
      Pool pool;
      pool.name = service.pool;
      pool.servers = std::move(service.servers);
      pool.checks = std::move(service.checks);
      config.pools[service.pool] = std::move(pool);
    }
    if (service.persistence && service.persistence->mask == 0)
      service.persistence->mask = service.address.is_v4() ? 32 : 128;
    service.health = service;
    config.services.push_back(std::move(service));
  }
}

}  // namespace

Config assemble(Context& context, File file, const WhichNode& which) {
  for (auto& [name, node] : file.nodes_in_file) file.nodes.push_back(std::move(node));
  file.node = pick_node(context, file, which);
  for (auto& [name, pool] : file.pools_in_file) file.pools.emplace(name, std::move(pool));
  validate_devices(context, file.nodes, file.ports_in_file);
  validate_port_addresses(context, file.nodes, file.ports_in_file);
  add_port_addresses(file.nodes, file.ports_in_file);
  file.ports = ports_of(file, std::move(file.ports_in_file));
  add_services(file, std::move(file.services_in_file));
  return std::move(static_cast<Config&>(file));
}

}  // namespace drover::config
