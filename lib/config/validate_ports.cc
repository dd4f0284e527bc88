// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "lib/config/nearest.h"
#include "lib/config/validate.h"

namespace drover::config {
namespace {

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isxdigit(c) != 0; });
}

// "0000:01:00.0", the domain included, as DPDK and sysfs write it.
bool is_pci_address(std::string_view text) {
  return text.size() == 12 && text[4] == ':' && text[7] == ':' && text[10] == '.' &&
         is_hex(text.substr(0, 4)) && is_hex(text.substr(5, 2)) && is_hex(text.substr(8, 2)) &&
         text[11] >= '0' && text[11] <= '7';
}

bool is_interface_name(std::string_view text) {
  constexpr std::size_t longest = 15;
  return text.size() <= longest && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isgraph(c) != 0 && c != '/' && c != ':'; });
}

std::string_view vdev_name(std::string_view text) {
  return text.substr(0, text.find(','));
}

// A driver's name, a number, and perhaps arguments: "net_af_xdp0,iface=eth0".
bool is_vdev(std::string_view text) {
  const auto name = vdev_name(text);
  return name.size() < 64 && (name.starts_with("net_") || name.starts_with("eth_")) &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isgraph(c) != 0; });
}

struct DeviceForm {
  bool (*fits)(std::string_view);
  std::string_view expected;
};

DeviceForm form_of(PortDriver driver) {
  switch (driver) {
    case PortDriver::af_xdp:
      return {is_interface_name, "a kernel interface, such as eth0, for af_xdp"};
    case PortDriver::pci:
      return {is_pci_address, "a PCI address, such as 0000:01:00.0, for pci"};
    case PortDriver::vdev:
      return {is_vdev, "a DPDK vdev, such as net_pcap0,iface=eth0, for vdev"};
  }
  return {};
}

// Two ports with the same would fight for it.
std::string identity(PortDriver driver, std::string_view device) {
  if (driver == PortDriver::vdev) return std::string(vdev_name(device));
  std::string text(device);
  if (driver == PortDriver::pci)
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

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

void check_nodes_of_devices(Context& context, const std::vector<Node>& nodes,
                            const PortInFile& port, Position position,
                            const std::vector<NamedDevice>& devices) {
  if (port.device_in_file.by_node.empty()) return;
  if (nodes.empty()) {
    context.error(position, "device is given by node, but the file has no nodes",
                  "give one device, or nodes");
    return;
  }
  std::vector<std::string_view> names;
  for (const Node& node : nodes) names.push_back(node.name);
  for (const NamedDevice& named : devices)
    if (std::find(names.begin(), names.end(), named.node) == names.end())
      context.error(context.places().nearest(named.path),
                    fmt::format("there is no node {}", quoted(named.node)),
                    suggest(named.node, names, "the nodes are"));
  for (const std::string_view name : names)
    if (std::none_of(devices.begin(), devices.end(),
                     [&](const NamedDevice& named) { return named.node == name; }))
      context.error(position, fmt::format("device names none for the node {}", name));
}

}  // namespace

void validate_devices(Context& context, const std::vector<Node>& nodes,
                      const std::vector<PortInFile>& ports) {
  const bool nodes_are_unreadable = nodes.empty() && context.places().given("nodes");
  FirstSeen<std::pair<std::string, std::string>> seen;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const auto position = context.places().sound(fmt::format("ports[{}].device", i));
    if (!position) continue;
    const auto devices = devices_of(ports[i], i);
    if (!nodes_are_unreadable) check_nodes_of_devices(context, nodes, ports[i], *position, devices);

    const bool driver_was_read =
        context.places().sound(fmt::format("ports[{}].driver", i)).has_value();
    for (const NamedDevice& named : devices) {
      if (named.device.empty() || !driver_was_read) continue;
      const Position here = context.places().nearest(named.path);
      if (const auto form = form_of(ports[i].driver); !form.fits(named.device))
        context.error(
            here, fmt::format("device is {}, expected {}", quoted(named.device), form.expected));
      const auto is_used = [&](const std::string& node) {
        const auto first = seen.add({node, identity(ports[i].driver, named.device)}, here);
        if (first)
          context.error(here, fmt::format("the device {} is another port's", quoted(named.device)),
                        the_first_is_at(*first));
        return first.has_value();
      };
      if (!named.node.empty() || nodes.empty()) {
        is_used(named.node);
      } else {
        for (const Node& node : nodes)
          if (is_used(node.name)) break;
      }
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
