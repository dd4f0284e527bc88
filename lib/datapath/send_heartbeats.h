// SPDX-License-Identifier: BSD-3-Clause
// A worker's part in heartbeats: it sends them by the port that carries the traffic, while they are
// true.
#pragma once

#include "lib/datapath/worker_state.h"

namespace drover::datapath {

// Some of those that wait. True if there were any.
bool send_heartbeats(WorkerState& state);

}  // namespace drover::datapath
