// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lib/datapath/burst.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath::stages {

// A connection of a persistent service goes where its client's template says. Only the worker that
// owns the template knows: to another one the frame is handed over, and comes back with the
// decision. `adopted`: it is in mid-stream.
void schedule_persistent(Packet& packet, WorkerState& state, const VirtualService& service,
                         bool adopted);

// The connection that has just been entered belongs to its client's template.
void bind_to_template(flow::ConnectionV4& connection, WorkerState& state,
                      const VirtualService& service);

// A connection that belongs to a template has been established.
void assure_template(const flow::ConnectionV4& connection, WorkerState& state);

}  // namespace drover::datapath::stages
