// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lib/datapath/flow_question.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath {

// Changes nothing: a scheduler picks with a copy of what it remembers. On the worker's thread, not
// on a packet's path: it allocates.
FlowAnswer look_up_flow(const FlowQuestion& question, WorkerState& state);

}  // namespace drover::datapath
