// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lib/datapath/flow_record.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath {

// Enters what the other balancer has told in this worker's tables. What this worker knows from
// packets of its own is better and stays, but for a server that it has guessed by hash. A template
// is taken by its owner alone. Counts what came of it.
void receive_flow(const FlowRecord& record, WorkerState& state);

}  // namespace drover::datapath
