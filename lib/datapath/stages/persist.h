// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lib/datapath/burst.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath::stages {

// The packet is on its way to the owner of its client's template, or back from there.
bool is_about_template(const WorkerState& state);

// A connection of a persistent service goes where its client's template says. Only the worker that
// owns the template knows: to another one the frame is handed over, and comes back with the
// decision. `adopted`: it is in mid-stream.
void schedule_persistent(Packet& packet, WorkerState& state, const VirtualService& service,
                         bool adopted);

// The packet's connection, to `server`, is being entered: it belongs to its client's template,
// which is noted. False: no longer, as the server was removed since it was chosen.
bool bind_to_template(const Packet& packet, DestinationId server, WorkerState& state,
                      const VirtualService& service);

// The packet's connection, which belongs to a template and goes to `server`, has been established.
void assure_template(const Packet& packet, DestinationId server, WorkerState& state);

}  // namespace drover::datapath::stages
