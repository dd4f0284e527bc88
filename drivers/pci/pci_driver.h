// SPDX-License-Identifier: BSD-3-Clause
// A port on a network card that belongs to DPDK (bound to vfio-pci or a uio driver).
#pragma once

#include <string>
#include <vector>

#include "drivers/host_port.h"

namespace drover {

class PciDriver : public HostPort {
 public:
  explicit PciDriver(PortSettings settings) : HostPort(std::move(settings)) {}
  Result<void> check() override;
  std::vector<std::string> eal_arguments() const override;
};

}  // namespace drover
