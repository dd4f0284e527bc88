// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/device.h"

#include <algorithm>
#include <cctype>

namespace drover::config {
namespace {

constexpr std::size_t longest_interface_name = 15;  // IFNAMSIZ less its NUL
constexpr std::size_t longest_vdev_name = 63;       // RTE_DEV_NAME_MAX_LEN less its NUL

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isgraph(c) != 0; });
}

// With its domain, "0000:01:00.0", as DPDK and sysfs write it.
bool is_pci_address(std::string_view text) {
  return text.size() == 12 && text[4] == ':' && text[7] == ':' && text[10] == '.' &&
         is_hex(text.substr(0, 4)) && is_hex(text.substr(5, 2)) && is_hex(text.substr(8, 2)) &&
         text[11] >= '0' && text[11] <= '7';
}

bool is_interface_name(std::string_view text) {
  return text.size() <= longest_interface_name && text != "." && text != ".." &&
         is_printable(text) && text.find_first_of("/:") == std::string_view::npos;
}

// A driver's name, a number, and perhaps arguments: "net_af_xdp0,iface=eth0".
bool is_vdev(std::string_view text) {
  const auto name = text.substr(0, text.find(','));
  return name.size() <= longest_vdev_name && is_printable(text) &&
         (name.starts_with("net_") || name.starts_with("eth_"));
}

}  // namespace

bool fits(PortDriver driver, std::string_view device) {
  switch (driver) {
    case PortDriver::af_xdp:
      return is_interface_name(device);
    case PortDriver::pci:
      return is_pci_address(device);
    case PortDriver::vdev:
      return is_vdev(device);
  }
  return false;
}

std::string_view expected_device(PortDriver driver) {
  switch (driver) {
    case PortDriver::af_xdp:
      return "a kernel interface, such as eth0, for af_xdp";
    case PortDriver::pci:
      return "a PCI address, such as 0000:01:00.0, for pci";
    case PortDriver::vdev:
      return "a DPDK vdev, such as net_af_xdp0,iface=eth0, for vdev";
  }
  return {};
}

std::string device_remedy(PortDriver driver, std::string_view device) {
  const std::string with_domain = "0000:" + std::string(device);  // lspci leaves it out
  if (driver == PortDriver::pci && is_pci_address(with_domain)) return "write " + with_domain;
  if (driver != PortDriver::pci && is_pci_address(device)) return "or did you mean driver: pci?";
  if (driver != PortDriver::vdev && device.starts_with("net_"))
    return "or did you mean driver: vdev?";
  return {};
}

std::string_view device_identity(PortDriver driver, std::string_view device) {
  return driver == PortDriver::vdev ? device.substr(0, device.find(',')) : device;
}

}  // namespace drover::config
