// SPDX-License-Identifier: BSD-3-Clause
// A port on one of DPDK's virtual devices, by its string: "net_af_xdp0,iface=eth0", "net_ring0".
#pragma once

#include <string>

#include "drivers/host_port.h"
#include "drivers/unique_fd.h"

namespace drover {

class VdevDriver : public HostPort {
 public:
  explicit VdevDriver(PortSettings settings) : HostPort(std::move(settings)) {}
  Result<void> check() override;
  Result<void> probe() override;

 private:
  Result<void> check_kernel_interface(const std::string& name);

  unsigned af_xdp_mtu_ = 0;  // of the kernel interface below net_af_xdp
  UniqueFd all_multicast_;   // keeps the kernel interface below from filtering groups
};

// The value of `key` in "net_x0,key=value,..."; empty when it is not there.
std::string vdev_argument(const std::string& device, const std::string& key);

}  // namespace drover
