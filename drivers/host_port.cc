// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/host_port.h"

#include <fmt/format.h>
#include <net/if.h>
#include <rte_ethdev.h>

#include <array>

namespace drover {

Result<void> HostPort::check_host_interface() const {
  const auto name = HostInterface::name_for(settings_.name);
  if (!name) return tl::unexpected(name.error());
  if (if_nametoindex(name->c_str()) != 0)
    return failure(*name, "there is a network interface of this name already",
                   fmt::format("ip link delete {}, or give the port another name", *name));
  return {};
}

Result<void> HostPort::lock(const std::string& device) {
  auto lock = PortLock::take(device);
  if (!lock) return tl::unexpected(lock.error());
  lock_ = std::move(*lock);
  return {};
}

Result<void> HostPort::probe() {
  auto ethdev = HotplugDevice::probe(settings_.device, settings_.device);
  if (!ethdev) return tl::unexpected(ethdev.error());
  ethdev_.emplace(std::move(*ethdev));

  HostInterfaceSettings host;
  host.name = kernel_interface();
  host.addresses = settings_.host_addresses;
  rte_ether_addr mac{};
  rte_eth_macaddr_get(ethdev_->port(), &mac);
  host.mac = MacAddress(std::to_array(mac.addr_bytes));
  rte_eth_dev_get_mtu(ethdev_->port(), &host.mtu);
  auto made = HostInterface::create(host);
  if (!made) return tl::unexpected(made.error());
  host_ = std::move(*made);
  return {};
}

Result<void> HostPort::steer(std::span<const IpAddress> vips) {
  groups_.replace(kernel_interface(), vips);
  return {};
}

Result<MacReception> HostPort::receive_also(const MacAddress& mac) {
  return receive_by_ethdev(ethdev_port(), mac);
}

}  // namespace drover
