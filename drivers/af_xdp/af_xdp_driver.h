// SPDX-License-Identifier: BSD-3-Clause
// A port on a kernel interface: DPDK's net_af_xdp with our XDP program, which takes what is for a
// VIP and leaves the interface to the kernel otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drivers/af_xdp/vip_map.h"
#include "drivers/hotplug.h"
#include "drivers/kernel_interface.h"
#include "drivers/port_driver.h"
#include "drivers/port_lock.h"
#include "drivers/solicited_groups.h"
#include "drivers/unique_fd.h"

namespace drover {

class AfXdpDriver : public PortDriver {
 public:
  explicit AfXdpDriver(PortSettings settings) : settings_(std::move(settings)) {}
  ~AfXdpDriver() override;

  Result<void> check() override;
  Result<void> probe() override;
  std::uint16_t ethdev_port() const override { return ethdev_->port(); }
  std::string kernel_interface() const override { return settings_.device; }
  Result<void> steer(std::span<const IpAddress> vips) override;
  Result<MacReception> receive_also(const MacAddress& mac) override;

 private:
  Result<void> check_fitness() const;
  Result<void> find_program();

  PortSettings settings_;
  KernelInterface interface_;
  std::optional<PortLock> lock_;
  UniqueFd object_;  // the XDP program's file, until net_af_xdp has loaded it
  std::optional<HotplugDevice> ethdev_;
  std::optional<std::uint32_t> program_;  // the attached one's id, once it is known for ours
  std::optional<VipMap> vips_;
  SolicitedGroups groups_;
  std::vector<UniqueFd> further_macs_;
};

}  // namespace drover
