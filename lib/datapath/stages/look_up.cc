// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/stages/look_up.h"

#include "lib/datapath/stages/persist.h"
#include "lib/datapath/stages/stages.h"
#include "lib/datapath/stages/tell_peer.h"

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

// What is to be scheduled as if it were not there. A persistent client's connection is not reused
// for another: where it goes is for its template to say.
template <class Connection>
bool is_void(const Packet& packet, const Connection& connection, Bond bond, ReusePolicy reuse) {
  if (bond == Bond::releases) return true;
  return opens(packet) && (bond == Bond::holds_until_syn ||
                           (reuses(connection.state(), reuse) && !connection.controlled()));
}

template <class Family>
Followed follow_connection_in(Packet& packet, WorkerState& state) {
  ConnectionAccounting accounting = state.accounting();
  auto& table = state.table<Family>();
  auto* connection = table.find(packet.key_in<Family>(), packet.hash, state.tick(), accounting);
  if (connection == nullptr) return Followed::absent;

  const flow::TcpState before = connection->state();
  const DestinationId id = connection->destination();
  const Destination& destination = state.destination(id);
  if (is_void(packet, *connection, destination.bond, state.snapshot->reuse)) [[unlikely]] {
    state.entered.add(packet.hash);  // it is in the table yet
    return Followed::superseded;
  }
  if (destination.bond == Bond::drops) [[unlikely]] {
    packet.verdict = Verdict::server_removed;
    return Followed::yes;
  }
  packet.destination = &destination;
  if (packet.ethernet().source == destination.mac && destination.resolved) [[unlikely]] {
    packet.verdict = Verdict::reflected;
    return Followed::yes;
  }
  const flow::TcpState after = before == flow::TcpState::udp
                                   ? flow::TcpState::udp
                                   : flow::next_state(before, packet.tcp_flags);
  if (after != before) [[unlikely]] {
    accounting.moved(id, before, after);
    if (after == flow::TcpState::established && connection->controlled())
      assure_template(packet, id, state);
  }
  connection->touch(after, state.tick() + state.snapshot->timeouts[after]);
  if (after != before && state.reporter.is_on()) [[unlikely]]
    tell_peer(*connection, state);
  packet.verdict = Verdict::forwarded;
  return Followed::yes;
}

template <class Family>
Superseded take_superseded_in(const Packet& packet, WorkerState& state) {
  ConnectionAccounting accounting = state.accounting();
  auto& table = state.table<Family>();
  auto* connection = table.find(packet.key_in<Family>(), packet.hash, state.tick(), accounting);
  if (connection == nullptr) return {};
  const auto superseded = *connection;
  table.erase(connection);
  return superseded;
}

}  // namespace

Followed follow_connection(Packet& packet, WorkerState& state) {
  return packet.is_v6() ? follow_connection_in<V6>(packet, state)
                        : follow_connection_in<V4>(packet, state);
}

Superseded take_superseded(const Packet& packet, WorkerState& state) {
  return packet.is_v6() ? take_superseded_in<V6>(packet, state)
                        : take_superseded_in<V4>(packet, state);
}

void end(const Superseded& superseded, WorkerState& state) {
  ConnectionAccounting accounting = state.accounting();
  if (const auto* v4 = std::get_if<flow::ConnectionV4>(&superseded)) accounting.left(*v4);
  if (const auto* v6 = std::get_if<flow::ConnectionV6>(&superseded)) accounting.left(*v6);
}

void look_up(Burst& burst, WorkerState& state) {
  for (Packet& packet : burst.packets())
    if (packet.verdict == Verdict::pending && packet.role == Role::flow)
      follow_connection(packet, state);
}

}  // namespace drover::datapath::stages
