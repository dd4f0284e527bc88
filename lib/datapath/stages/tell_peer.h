// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lib/datapath/peer_placement.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath::stages {

// Of a connection in the table that has begun or got another state; only while the reporter is on.
template <class Key>
void tell_peer(flow::Connection<Key>& connection, WorkerState& state) {
  if (is_placed_alike(connection.key(), connection.destination(), *state.snapshot)) return;
  state.reporter.tell(connection, state.tick());
}

}  // namespace drover::datapath::stages
