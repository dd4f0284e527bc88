// SPDX-License-Identifier: BSD-3-Clause
// What the kernel says of one of its network interfaces, in this network namespace.
#pragma once

#include <string>

#include "lib/base/result.h"

namespace drover {

struct KernelInterface {
  unsigned index = 0;
  unsigned mtu = 0;
  bool up = false;        // set up by the administrator
  bool hardware = false;  // not a veth, tap, bridge and the like
  bool lro = false;       // merges received segments
  bool gro_hardware = false;
  bool gro = false;             // the kernel merges them
  bool multicast = false;       // may send to groups
  bool vlan_stripping = false;  // takes VLAN tags off received frames
  unsigned queues = 1;          // RX and TX, as they are set now
};

Result<KernelInterface> read_kernel_interface(const std::string& name);

// Of the interface with this index, under whatever name: it is up and has a link. False when it is
// gone.
bool has_carrier(unsigned index);

}  // namespace drover
