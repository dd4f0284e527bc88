// SPDX-License-Identifier: BSD-3-Clause
// A worker's part in hearing heartbeats, where the port's frames do not come to the kernel first:
// it hands VRRP straight to the heartbeat thread, since the control thread, by which the kernel
// gets its frames, may be busy for longer than a master may be silent.
#pragma once

#include "lib/datapath/burst.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath {

inline bool is_heartbeat(const Packet& packet) {
  return packet.headers.protocol == ip_protocol::vrrp;
}

// Of a port with a host interface, and in the port's VLAN. What finds no room is as good as lost on
// the wire.
void hear_heartbeat(const Packet& packet, WorkerState& state);

}  // namespace drover::datapath
