// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>

#include "lib/config/device.h"
#include "lib/config/nearest.h"
#include "lib/config/validate.h"

namespace drover::config {
namespace {

// The devices that `device:` of one port names, each with the key it stands at.
struct NamedDevice {
  std::string path;
  std::string node;  // empty: on every node
  std::string device;
};

std::vector<NamedDevice> devices_of(const PortInFile& port, std::size_t index) {
  const auto path = fmt::format("ports[{}].device", index);
  if (port.device_in_file.by_node.empty()) return {{path, "", port.device_in_file.everywhere}};
  std::vector<NamedDevice> devices;
  for (const auto& [node, device] : port.device_in_file.by_node)
    devices.push_back({path + "." + node, node, device});
  return devices;
}

void check_form(Context& context, PortDriver driver, const NamedDevice& named) {
  if (fits(driver, named.device)) return;
  context.error(
      context.places().nearest(named.path),
      fmt::format("device is {}, expected {}", in_quotes(named.device), expected_device(driver)),
      device_remedy(driver, named.device));
}

// A node's name and what identifies the device there.
using UsedDevices = FirstSeen<std::pair<std::string, std::string>>;

void check_is_free(Context& context, UsedDevices& used, const std::vector<Node>& nodes,
                   PortDriver driver, const NamedDevice& named) {
  std::vector<std::string> on{named.node};
  if (named.node.empty() && !nodes.empty()) {
    on.clear();
    for (const Node& node : nodes) on.push_back(node.name);
  }
  const Position here = context.places().nearest(named.path);
  std::optional<Position> first;
  for (const std::string& node : on) {
    const auto other = used.add({node, std::string(device_identity(driver, named.device))}, here);
    if (other) first = other;
  }
  if (first)
    context.error(here, fmt::format("the device {} is another port's", in_quotes(named.device)),
                  the_first_is_at(*first));
}

}  // namespace

void check_nodes_of_key(Context& context, const std::vector<Node>& nodes, const std::string& path,
                        std::string_view key, const std::vector<std::string_view>& named) {
  const Position position = context.places().nearest(path);
  if (nodes.empty()) {
    context.error(position, fmt::format("{} is given by node, but the file has no nodes", key),
                  fmt::format("give one {}, or nodes", key));
    return;
  }
  std::vector<std::string_view> names;
  for (const Node& node : nodes) names.push_back(node.name);
  for (const std::string_view name : named)
    if (std::find(names.begin(), names.end(), name) == names.end())
      context.error(context.places().nearest(fmt::format("{}.{}", path, name)),
                    fmt::format("there is no node {}", in_quotes(name)),
                    suggest(name, names, "the nodes are"));
  for (const std::string_view name : names)
    if (std::find(named.begin(), named.end(), name) == named.end())
      context.error(position, fmt::format("{} names none for the node {}", key, name));
}

void validate_devices(Context& context, const std::vector<Node>& nodes,
                      const std::vector<PortInFile>& ports) {
  const bool nodes_are_unreadable = nodes.empty() && context.places().given("nodes");
  UsedDevices used;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (!context.places().sound(fmt::format("ports[{}].device", i))) continue;
    const auto devices = devices_of(ports[i], i);
    std::vector<std::string_view> by_node;
    for (const auto& [node, device] : ports[i].device_in_file.by_node) by_node.push_back(node);
    if (!nodes_are_unreadable && !by_node.empty())
      check_nodes_of_key(context, nodes, fmt::format("ports[{}].device", i), "device", by_node);

    if (!context.places().sound(fmt::format("ports[{}].driver", i))) continue;
    for (const NamedDevice& named : devices) {
      if (named.device.empty()) continue;  // could not be read
      check_form(context, ports[i].driver, named);
      check_is_free(context, used, nodes, ports[i].driver, named);
    }
  }
}

void validate_ports(Context& context, const Config& config) {
  FirstSeen<std::string> names;
  for (std::size_t i = 0; i < config.ports.size(); ++i)
    if (const auto here = context.places().sound(fmt::format("ports[{}].name", i)))
      if (const auto first = names.add(config.ports[i].name, *here))
        context.error(*here, fmt::format("the name {} is another port's", config.ports[i].name),
                      the_first_is_at(*first));
}

}  // namespace drover::config
