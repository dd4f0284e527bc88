// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/hotplug.h"

#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

#include <utility>

#include "drivers/driver_log.h"
#include "lib/base/log.h"

namespace drover {

Result<HotplugDevice> HotplugDevice::probe(const std::string& where, const std::string& device) {
  const std::string name = device.substr(0, device.find(','));
  std::uint16_t port = 0;
  if (rte_eth_dev_get_port_by_name(name.c_str(), &port) == 0) return HotplugDevice(port);
  LogCapture captured;
  if (rte_dev_probe(device.c_str()) != 0)
    return failure(where, "DPDK does not take this device: " + captured.cause());
  if (rte_eth_dev_get_port_by_name(name.c_str(), &port) != 0)
    return failure(where, "DPDK takes this device, but not as a network device");
  return HotplugDevice(port);
}

HotplugDevice::HotplugDevice(HotplugDevice&& other) noexcept
    : port_(std::exchange(other.port_, std::nullopt)) {}

HotplugDevice::~HotplugDevice() {
  if (!port_ || rte_eth_dev_is_valid_port(*port_) == 0) return;
  rte_eth_dev_info info{};
  if (rte_eth_dev_info_get(*port_, &info) != 0) return;
  rte_device* device = info.device;
  LogCapture captured;
  rte_eth_dev_stop(*port_);  // in case its Ethdev has not
  int error = rte_eth_dev_close(*port_);
  if (error == 0 && device != nullptr) error = rte_dev_remove(device);
  const std::string cause = captured.cause();
  if (error != 0) log::warning("port {}: not closed: {} ({})", *port_, errno_text(-error), cause);
}

}  // namespace drover
