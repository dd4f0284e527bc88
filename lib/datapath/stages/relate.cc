// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/stages/relate.h"

#include <optional>

#include "lib/datapath/stages/persist.h"
#include "lib/datapath/stages/schedule.h"
#include "lib/datapath/stages/stages.h"

namespace drover::datapath::stages {
namespace {

// Whether a packet of a flow without a connection goes where a hash says.
bool places_unknown(const VirtualService& service, const Snapshot& snapshot) {
  if (service.scheduler->places_errors()) return true;
  return service.protocol == ip_protocol::tcp && snapshot.unknown == UnknownPolicy::adopt;
}

// No worker has the flow. If its next packet would be placed by hash, then so is this.
void place_quoted(Packet& packet, WorkerState& state) {
  const Snapshot& snapshot = *state.snapshot;
  const VirtualService* service = snapshot.find_service(packet.key.vip, packet.key.virtual_port);
  packet.verdict = Verdict::quoted_unknown;
  if (service == nullptr) return;
  if (!places_unknown(*service, snapshot)) {
    if (snapshot.schedule_icmp) schedule_quoted(packet, state, *service);
    return;
  }
  if (const auto placed = place_by_hash(packet, state, *service))
    forward_related(packet, state, service->candidates[*placed], Verdict::forwarded_quoted);
}

template <class Family>
std::optional<DestinationId> server_of(const Packet& packet, WorkerState& state) {
  ConnectionAccounting accounting = state.accounting();
  const auto* connection =
      state.table<Family>().find(packet.key_in<Family>(), packet.hash, state.tick(), accounting);
  if (connection == nullptr) return std::nullopt;
  // Of a connection that is no more, another worker may have what has come after it.
  const DestinationId id = connection->destination();
  return state.destination(id).bond == Bond::releases ? std::nullopt : std::optional(id);
}

// An ICMP error hashes to any worker. Its flow's connection is only read: the error is not the
// client's, and says nothing about the connection's state (as IPVS has it).
void find_quoted_flow(Packet& packet, WorkerState& state) {
  if (const auto server =
          packet.is_v6() ? server_of<V6>(packet, state) : server_of<V4>(packet, state)) {
    forward_related(packet, state, *server, Verdict::forwarded_quoted);
    return;
  }
  const WorkerId origin = state.handed != nullptr ? state.handed->origin : state.id;
  const WorkerId next = state.peers.next();
  if (next == origin || is_about_template(state)) {
    place_quoted(packet, state);
    return;
  }
  state.peers.hand(
      next,
      {.frame = packet.mbuf, .kind = Handover::Kind::seek, .port = state.port, .origin = origin});
  packet.verdict = Verdict::taken;
}

}  // namespace

void forward_related(Packet& packet, const WorkerState& state, DestinationId server,
                     Verdict verdict) {
  packet.destination = &state.destination(server);
  const bool back =
      packet.destination->resolved && packet.ethernet().source == packet.destination->mac;
  packet.verdict = back ? Verdict::reflected : verdict;
}

void relate(Burst& burst, WorkerState& state) {
  for (Packet& packet : burst.packets())
    if (packet.verdict == Verdict::pending && packet.role == Role::quoted)
      find_quoted_flow(packet, state);
}

}  // namespace drover::datapath::stages
