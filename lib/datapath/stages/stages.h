// SPDX-License-Identifier: BSD-3-Clause
// The stages of the data path in the order in which a burst passes them. A packet whose verdict is
// no longer `pending` passes the stages before settle() untouched. Only the worker that owns the
// state calls them.
#pragma once

#include "lib/datapath/burst.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath::stages {

// Finds the headers of each frame.
void parse(Burst& burst);
void parse(Packet& packet);
// What is for a VIP gets its connection key and hash, or an answer; the rest is for the kernel.
void classify(Burst& burst, WorkerState& state);
// One of the burst's; tells the burst if it has another role than `flow`.
void classify(Packet& packet, Burst& burst, WorkerState& state);
// Finds connections, moves their states on.
void look_up(Burst& burst, WorkerState& state);
// Finds a server for what has no connection, enters it in the table.
void schedule(Burst& burst, WorkerState& state);
// Finds the flows of first fragments, and the datagrams of later ones.
void steer_fragments(Burst& burst, WorkerState& state);
// Finds the server of what belongs to a flow without being a packet of it.
void relate(Burst& burst, WorkerState& state);
// Makes of each frame what leaves.
void rewrite(Burst& burst, WorkerState& state);
// Hands every frame on and counts its verdict, which may be another one then.
void settle(Burst& burst, WorkerState& state);

}  // namespace drover::datapath::stages
