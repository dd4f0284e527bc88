// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lib/datapath/burst.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath::stages {

// Sends what belongs to a flow to the flow's server, unless it came from there; `verdict`: as what.
void forward_related(Packet& packet, const WorkerState& state, DestinationId server,
                     Verdict verdict);

}  // namespace drover::datapath::stages
