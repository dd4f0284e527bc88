// SPDX-License-Identifier: BSD-3-Clause
// What other balancers are told of flows; only while the reporter is on.
#pragma once

#include "lib/datapath/burst.h"
#include "lib/datapath/peer_placement.h"
#include "lib/datapath/template_record.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath::stages {

// Of a connection in the table that has got another state.
template <class Key>
void tell_peer(flow::Connection<Key>& connection, WorkerState& state) {
  if (is_placed_alike(connection.key(), connection.destination(), *state.snapshot)) return;
  state.reporter.tell(connection, state.tick());
}

// Of what has begun with the packet that is being dealt with. `no_room`: control is to be told.
inline RecordSender::Added tell_ahead(FlowRecord record, WorkerState& state) {
  using Added = RecordSender::Added;
  if (!state.records.is_on()) return Added::no_room;
  const Added added = state.records.add(record, state.now);
  if (added == Added::yes && state.records.control_wants_them()) {
    record.sent = true;
    state.reporter.tell(record);
  }
  if (added == Added::shed) state.counters.flow_changes_shed.add(1);
  if (added == Added::no_room) state.counters.flow_changes_late.add(1);
  return added;
}

// Of a connection that has just been entered in the table: its record leaves before its packet.
template <class Key>
void tell_peer_of_new(flow::Connection<Key>& connection, WorkerState& state) {
  if (is_placed_alike(connection.key(), connection.destination(), *state.snapshot)) return;
  const auto added = tell_ahead(FlowReporter::record_of(connection, state.tick()), state);
  if (added == RecordSender::Added::no_room)
    state.reporter.tell(connection, state.tick());
  else
    connection.set_unsynced(added == RecordSender::Added::shed);
}

// Of its client's template, which may be another worker's: before the connection itself.
inline void tell_peer_of_template(const Packet& packet, DestinationId server, WorkerState& state,
                                  const Persistence& persistence) {
  const auto candidate = persistence.candidates.find(server.value());
  if (!candidate) return;
  const flow::ClientTemplate row{.key = persistence.key_of(packet.client()),
                                 .destination = persistence.names[*candidate],
                                 .expires = state.tick() + persistence.timeout};
  const FlowRecord record = template_record(row, state.tick());
  if (tell_ahead(record, state) == RecordSender::Added::no_room) state.reporter.tell(record);
}

}  // namespace drover::datapath::stages
