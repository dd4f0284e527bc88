// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lib/datapath/burst.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath::stages {

// If the packet's connection is in the table: gives the packet its destination and verdict, moves
// the connection's state and time-out on, and returns true.
bool follow_connection(Packet& packet, WorkerState& state);

}  // namespace drover::datapath::stages
