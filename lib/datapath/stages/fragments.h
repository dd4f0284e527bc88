// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lib/datapath/burst.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath::stages {

// A packet of a flow that is not in the table, but of which fragments come to another worker: sends
// it where that worker has decided, or to that worker. False: there is no such flow.
bool follow_fragmented_flow(Packet& packet, WorkerState& state, const VirtualService& service);

// The packet's connection has been entered: if fragments of its flow come to another worker, which
// had it sent elsewhere until now, the others are told.
void tell_of_change(const Packet& packet, WorkerState& state);

// Another worker's word (Handover::Kind::flow_decided). What this one's table says otherwise of the
// flow is out of date.
void hear_of_flow(const Handover& decision, WorkerState& state);

}  // namespace drover::datapath::stages
