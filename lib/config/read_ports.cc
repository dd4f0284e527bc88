// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/sections.h"
#include "lib/config/table.h"
#include "lib/config/values.h"

namespace drover::config {
namespace {

constexpr std::size_t most_ports = 32;  // DPDK's

// What a device's name must look like depends on the driver: validate_ports.cc.
std::optional<std::string> device_text(Context& context, const YamlNode& node) {
  const std::string* text = text_of(node);
  if (text != nullptr && !text->empty()) return *text;
  context.expected(node, "a device: a kernel interface, a PCI address or a DPDK vdev");
  return std::nullopt;
}

// `device: eth0` or `device: {lb1: eth0, lb2: ens3}`.
std::optional<DeviceInFile> device(Context& context, const YamlNode& node) {
  DeviceInFile device;
  if (node.content->kind == Kind::map) {
    auto by_node = map_by_name("devices", device_text)(context, node);
    if (!by_node) return std::nullopt;
    device.by_node = std::move(*by_node);
    return device;
  }
  auto everywhere = device_text(context, node);
  if (!everywhere) return std::nullopt;
  device.everywhere = std::move(*everywhere);
  return device;
}

// `address: 192.0.2.11/24`, or by node as `device`.
std::optional<AddressesInFile> addresses(Context& context, const YamlNode& node) {
  AddressesInFile addresses;
  if (node.content->kind == Kind::map) {
    auto by_node = map_by_name("addresses", own_addresses)(context, node);
    if (!by_node) return std::nullopt;
    addresses.by_node = std::move(*by_node);
    return addresses;
  }
  auto everywhere = own_addresses(context, node);
  if (!everywhere) return std::nullopt;
  addresses.everywhere = std::move(*everywhere);
  return addresses;
}

}  // namespace

std::optional<std::vector<PortInFile>> read_ports(Context& context, const YamlNode& node) {
  static const Table<PortInFile> table =
      Table<PortInFile>("a port")
          .required("name", &PortInFile::name, port_name)
          .required("driver", &PortInFile::driver,
                    one_of<PortDriver>({{"af_xdp", PortDriver::af_xdp},
                                        {"pci", PortDriver::pci},
                                        {"vdev", PortDriver::vdev}}))
          .required("device", &PortInFile::device_in_file, device)
          .optional("address", &PortInFile::addresses_in_file, addresses)
          .optional("vlan", &PortInFile::vlan, vlan_id)
          .optional("source_mac", &PortInFile::source_mac,
                    one_of<SourceMac>({{"own", SourceMac::own}, {"keep", SourceMac::keep}}))
          .optional("frames", &PortInFile::frames, number<std::uint32_t>(8'192, 4'194'304));
  return list_of("ports", table, 1, most_ports)(context, node);
}

}  // namespace drover::config
