// SPDX-License-Identifier: BSD-3-Clause
// The way of a burst through the stages.
#pragma once

#include "lib/datapath/burst.h"
#include "lib/datapath/observer.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath {

// Of a burst of which nothing is set but `mbufs`, `count` and `port`. The worker's frames are gone
// behind it.
void process(Burst& burst, WorkerState& state, Observer& observer);

}  // namespace drover::datapath
