// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lib/datapath/burst.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath::stages {

// A packet of a flow that is not in the table, but of which fragments come to another worker: sends
// it where that worker has decided, or to that worker. False: there is no such flow.
bool follow_fragmented_flow(Packet& packet, WorkerState& state, const VirtualService& service);

}  // namespace drover::datapath::stages
