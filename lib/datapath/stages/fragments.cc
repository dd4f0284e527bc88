// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/stages/fragments.h"

#include "lib/datapath/stages/look_up.h"
#include "lib/datapath/stages/persist.h"
#include "lib/datapath/stages/relate.h"
#include "lib/datapath/stages/schedule.h"
#include "lib/datapath/stages/stages.h"

namespace drover::datapath::stages {
namespace {

using Kind = Handover::Kind;

bool is_handed(const WorkerState& state, Kind kind) {
  return state.handed != nullptr && state.handed->kind == kind;
}

void hand(Packet& packet, WorkerState& state, WorkerId to, Kind kind, WorkerId origin) {
  state.peers.hand(to, {.frame = packet.mbuf, .kind = kind, .port = state.port, .origin = origin});
  packet.verdict = Verdict::taken;
}

// Nobody else needs to know of a flow that leaves no connection.
bool may_be_elsewhere(const Packet& packet, const WorkerState& state) {
  if (state.peers.alone()) return false;
  const auto* service = state.snapshot->find_service(packet.key.vip, packet.key.virtual_port);
  return service != nullptr && !service->one_packet;
}

// The question goes from worker to worker, and back to who asks. True: it is under way.
bool seek_flow(Packet& packet, WorkerState& state) {
  if (is_about_template(state)) return false;
  const bool asks = !is_handed(state, Kind::seek);
  if (!asks && state.handed->origin == state.id) return false;  // it has been all round
  if (!may_be_elsewhere(packet, state)) return false;
  const WorkerId origin = asks ? state.id : state.handed->origin;
  if (!asks) state.fragmented_flows.note_question(packet.hash, origin, state.id, state.now);
  hand(packet, state, state.peers.next(), Kind::seek, origin);
  return true;
}

bool is_kept(const Packet& packet) {
  return is_forwarded(packet.verdict) && packet.verdict != Verdict::forwarded_once &&
         packet.verdict != Verdict::forwarded_unkept;
}

void tell(const Packet& packet, DestinationId destination, WorkerState& state) {
  state.peers.tell_all({.kind = Kind::flow_decided,
                        .origin = state.id,
                        .destination = destination,
                        .hash = packet.hash});
}

template <class Family>
void drop_former(const Handover& decision, WorkerState& state) {
  auto& table = state.table<Family>();
  auto* connection = table.find_by_hash(decision.hash);
  if (connection == nullptr || connection->destination() == decision.destination) return;
  state.accounting().left(*connection);
  table.erase(connection);
}

// The others are told where a flow goes that is in this worker's table, to which its fragments
// come: whenever they have been asked, since they now wait for that, and now and then.
void tell_others(const Packet& packet, WorkerState& state) {
  const bool comes_here = !is_handed(state, Kind::seek) || state.handed->origin == state.id;
  if (state.peers.alone() || !comes_here || !is_kept(packet)) return;
  const DestinationId destination = state.id_of(*packet.destination);
  FragmentedFlows& flows = state.fragmented_flows;
  if (is_handed(state, Kind::seek))
    flows.note_telling(packet.hash, destination, state.id, state.now);
  else if (!flows.is_due(packet.hash, destination, state.id, state.now))
    return;
  tell(packet, destination, state);
}

void tell_owner(const Packet& packet, WorkerState& state) {
  const bool forwarded = is_forwarded(packet.verdict);
  state.datagrams.tell(
      {.kind = Kind::datagram_decided,
       .dropped = !forwarded,
       .destination = forwarded ? state.id_of(*packet.destination) : DestinationId(),
       .first_length = packet.fragment().length,
       .hash = state.datagrams.key_of(packet.contiguous(), packet.headers).value},
      state.now);
}

void steer_first(Packet& packet, WorkerState& state) {
  if (follow_connection(packet, state) != Followed::yes) {
    // Out of the table at once: those behind it must not follow what it has superseded while the
    // question is under way. It counts, as for a whole packet, until there is a server.
    const auto superseded = take_superseded(packet, state);
    const bool is_under_way = seek_flow(packet, state);
    if (!is_under_way) schedule_flow(packet, state);
    end(superseded, state);
    if (is_under_way) return;
    if (packet.verdict == Verdict::taken) return;  // to the owner of its client's template
  }
  tell_others(packet, state);
  tell_owner(packet, state);
}

void steer_later(Packet& packet, WorkerState& state) {
  const flow::DatagramKey key{packet.hash};
  const Fragment fragment = packet.fragment();
  if (fragment.offset < transport_header_length(packet.headers.protocol)) {
    packet.verdict = Verdict::fragment_overlapping;
    return;
  }
  if (const WorkerId owner = state.datagrams.owner_of(key); owner != state.id) {
    hand(packet, state, owner, Kind::later_fragment, state.id);
    return;
  }
  const flow::Datagram* datagram = state.datagrams.find(key, state.now);
  if (datagram == nullptr) {
    state.datagrams.hold(key, packet.mbuf, state.port, state.now);
    packet.verdict = Verdict::taken;
    return;
  }
  if (fragment.offset < datagram->first_length) {
    packet.verdict = Verdict::fragment_overlapping;
    return;
  }
  if (datagram->fate == flow::Datagram::Fate::dropped)
    packet.verdict = Verdict::fragment_orphaned;
  else
    forward_related(packet, state, datagram->destination, Verdict::forwarded_fragment);
  state.datagrams.gone(key, fragment);
}

}  // namespace

bool follow_fragmented_flow(Packet& packet, WorkerState& state, const VirtualService& service) {
  if (state.fragmented_flows.empty() || service.one_packet) [[likely]]
    return false;
  const FragmentedFlow* flow = state.fragmented_flows.find(packet.hash, state.now);
  if (flow == nullptr || flow->decider == state.id) return false;
  if (!flow->decided) {
    // Who has been handed it does not hand it on.
    if (state.handed != nullptr) return false;
    hand(packet, state, flow->decider, Kind::flow_is_yours, state.id);
    return true;
  }
  if (is_about_template(state)) return false;
  // As the entry there would have it, also of a server that has been removed.
  switch (state.destination(flow->destination).bond) {
    case Bond::releases:
      return false;
    case Bond::drops:
      packet.verdict = Verdict::server_removed;
      return true;
    case Bond::holds_until_syn:
      if (!is_mid_stream(packet)) return false;
      break;
    case Bond::holds:
      break;
  }
  send_new(packet, state, service, flow->destination, is_mid_stream(packet));
  return true;
}

void tell_of_change(const Packet& packet, WorkerState& state) {
  if (packet.role != Role::flow) return;
  FragmentedFlows& flows = state.fragmented_flows;
  const FragmentedFlow* flow = flows.find(packet.hash, state.now);
  const DestinationId destination = state.id_of(*packet.destination);
  if (flow == nullptr || !flow->decided || flow->destination == destination) return;
  flows.note_telling(packet.hash, destination, state.id, state.now);
  tell(packet, destination, state);
}

// One that crosses with this worker's own word may name a server that has been given up.
void hear_of_flow(const Handover& decision, WorkerState& state) {
  state.fragmented_flows.hear(decision, state.snapshot->timeouts, state.now);
  if (state.destination(decision.destination).bond != Bond::holds) return;
  drop_former<V4>(decision, state);
  drop_former<V6>(decision, state);
}

void steer_fragments(Burst& burst, WorkerState& state) {
  for (Packet& packet : burst.packets()) {
    if (packet.verdict != Verdict::pending) continue;
    if (packet.role == Role::first_fragment)
      steer_first(packet, state);
    else if (packet.role == Role::later_fragment)
      steer_later(packet, state);
  }
}

}  // namespace drover::datapath::stages
