// SPDX-License-Identifier: BSD-3-Clause
// A port: where frames come from and go to. One class a driver; make_port_driver() chooses.
//
// The order of calls, all on one thread: check(), EAL's start with eal_arguments(), probe(),
// Ethdev::start() on ethdev_port(), steer(). Workers then poll the ethdev. At the end workers leave
// it, then go the Ethdev, the driver, the pool of frames and EAL, in this order.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "drivers/further_mac.h"
#include "lib/base/result.h"
#include "lib/net/address.h"

namespace drover {

class HostInterface;

struct PortSettings {
  enum Driver { af_xdp, pci, vdev };

  std::string name;  // as in the configuration
  Driver driver = af_xdp;
  std::string device;                       // kernel interface, PCI address or DPDK vdev string
  std::vector<IpInterface> host_addresses;  // what the host interface of pci and vdev gets
  unsigned queues_wanted = 1;               // one a worker
};

class PortDriver {
 public:
  PortDriver() = default;
  PortDriver(const PortDriver&) = delete;
  PortDriver& operator=(const PortDriver&) = delete;
  // Detaches what was attached: XDP program, ethdev, host interface, lock.
  virtual ~PortDriver() = default;

  // Before EAL starts: is the device there and fit? Takes the lock that keeps other droverds off,
  // so call it once. Changes nothing else, but for a dead droverd's program, which it detaches.
  virtual Result<void> check() = 0;

  virtual std::vector<std::string> eal_arguments() const { return {}; }

  // After EAL's start: makes the ethdev, and with pci and vdev the host interface.
  virtual Result<void> probe() = 0;

  // The ethdev's id; only after probe().
  virtual std::uint16_t ethdev_port() const = 0;

  // The kernel's side of this port: the device itself with af_xdp, else the host interface.
  virtual std::string kernel_interface() const = 0;

  // Through which frames that are not for a VIP go; null with af_xdp, where the kernel gets them
  // without our doing. Lives as long as the driver.
  virtual HostInterface* host_interface() { return nullptr; }

  // Which addresses' frames come to the ethdev; replaces the set of the last call. Only after the
  // ethdev's start. Where the ethdev gets every frame this does nothing.
  virtual Result<void> steer(std::span<const IpAddress> vips) = 0;

  // Frames for this MAC address come in, too, as long as the port runs. Only after the ethdev's
  // start.
  virtual Result<MacReception> receive_also(const MacAddress& mac) = 0;
};

std::unique_ptr<PortDriver> make_port_driver(PortSettings settings);

}  // namespace drover
