// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/stages/look_up.h"

#include "lib/datapath/stages/persist.h"
#include "lib/datapath/stages/stages.h"

namespace drover::datapath::stages {
namespace {

bool opens(const Packet& packet) {
  return (packet.tcp_flags & (TcpHeader::syn | TcpHeader::rst)) == TcpHeader::syn;
}

}  // namespace

// IPVS's conn_reuse_mode 1: a SYN on a connection that is over is a new connection.
bool follow_connection(Packet& packet, WorkerState& state) {
  ConnectionAccounting accounting = state.accounting();
  flow::ConnectionV4* connection =
      state.table.find(packet.key, packet.hash, state.tick(), accounting);
  if (connection == nullptr) return false;

  const flow::TcpState before = connection->state();
  const bool over = before == flow::TcpState::time_wait || before == flow::TcpState::close;
  if (over && opens(packet)) [[unlikely]] {
    accounting.left(*connection);
    state.table.erase(connection);
    return false;
  }
  const DestinationId id = connection->destination();
  packet.destination = &state.destination(id);
  if (packet.ethernet().source == packet.destination->mac && packet.destination->resolved)
      [[unlikely]] {
    packet.verdict = Verdict::reflected;
    return true;
  }
  const flow::TcpState after = before == flow::TcpState::udp
                                   ? flow::TcpState::udp
                                   : flow::next_state(before, packet.tcp_flags);
  accounting.moved(id, before, after);
  if (after != before && after == flow::TcpState::established && connection->controlled())
    assure_template(*connection, state);
  connection->touch(after, state.tick() + state.snapshot->timeouts[after]);
  packet.verdict = Verdict::forwarded;
  return true;
}

void look_up(Burst& burst, WorkerState& state) {
  for (Packet& packet : burst.packets())
    if (packet.verdict == Verdict::pending && packet.role == Role::flow)
      follow_connection(packet, state);
}

}  // namespace drover::datapath::stages
