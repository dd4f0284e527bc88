// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/stages/look_up.h"

#include "lib/datapath/stages/persist.h"
#include "lib/datapath/stages/stages.h"

namespace drover::datapath::stages {
namespace {

bool opens(const Packet& packet) {
  return (packet.tcp_flags & (TcpHeader::syn | TcpHeader::rst)) == TcpHeader::syn;
}

// The SYN of a new connection, on one that is over.
bool reuses(flow::TcpState state, ReusePolicy policy) {
  using enum flow::TcpState;
  if (policy == ReusePolicy::never) return false;
  return state == time_wait || state == close ||
         (state == fin_wait && policy == ReusePolicy::finished);
}

// What is to be scheduled as if it were not there.
bool is_void(const Packet& packet, flow::TcpState state, Bond bond, ReusePolicy reuse) {
  if (bond == Bond::releases) return true;
  return opens(packet) && (bond == Bond::holds_until_syn || reuses(state, reuse));
}

template <class Family>
bool follow_connection_in(Packet& packet, WorkerState& state) {
  ConnectionAccounting accounting = state.accounting();
  auto& table = state.table<Family>();
  auto* connection = table.find(packet.key_in<Family>(), packet.hash, state.tick(), accounting);
  if (connection == nullptr) return false;

  const flow::TcpState before = connection->state();
  const DestinationId id = connection->destination();
  const Destination& destination = state.destination(id);
  if (is_void(packet, before, destination.bond, state.snapshot->reuse)) [[unlikely]] {
    accounting.left(*connection);
    table.erase(connection);
    return false;
  }
  if (destination.bond == Bond::drops) [[unlikely]] {
    packet.verdict = Verdict::server_removed;
    return true;
  }
  packet.destination = &destination;
  if (packet.ethernet().source == destination.mac && destination.resolved) [[unlikely]] {
    packet.verdict = Verdict::reflected;
    return true;
  }
  const flow::TcpState after = before == flow::TcpState::udp
                                   ? flow::TcpState::udp
                                   : flow::next_state(before, packet.tcp_flags);
  accounting.moved(id, before, after);
  if (after != before && after == flow::TcpState::established && connection->controlled())
    assure_template(packet, state);
  connection->touch(after, state.tick() + state.snapshot->timeouts[after]);
  packet.verdict = Verdict::forwarded;
  return true;
}

}  // namespace

bool follow_connection(Packet& packet, WorkerState& state) {
  return packet.is_v6() ? follow_connection_in<V6>(packet, state)
                        : follow_connection_in<V4>(packet, state);
}

void look_up(Burst& burst, WorkerState& state) {
  for (Packet& packet : burst.packets())
    if (packet.verdict == Verdict::pending && packet.role == Role::flow)
      follow_connection(packet, state);
}

}  // namespace drover::datapath::stages
