// SPDX-License-Identifier: BSD-3-Clause
// What the pci and vdev drivers share: an ethdev that gets every frame, and a host interface.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "drivers/host_interface.h"
#include "drivers/hotplug.h"
#include "drivers/port_driver.h"
#include "drivers/port_lock.h"
#include "drivers/solicited_groups.h"

namespace drover {

class HostPort : public PortDriver {
 public:
  Result<void> probe() override;
  std::uint16_t ethdev_port() const override { return ethdev_->port(); }
  std::string kernel_interface() const override { return "drover-" + settings_.name; }
  HostInterface* host_interface() override { return host_.get(); }
  Result<void> steer(std::span<const IpAddress> vips) override;
  Result<MacReception> receive_also(const MacAddress& mac) override;

 protected:
  explicit HostPort(PortSettings settings) : settings_(std::move(settings)) {}

  const PortSettings& settings() const { return settings_; }
  void set_device(const std::string& device) { settings_.device = device; }
  // The port's name makes a host interface's, and that is free.
  Result<void> check_host_interface() const;
  Result<void> lock(const std::string& device);

 private:
  PortSettings settings_;
  std::optional<PortLock> lock_;
  std::optional<HotplugDevice> ethdev_;
  std::unique_ptr<HostInterface> host_;
  SolicitedGroups groups_;
};

}  // namespace drover
