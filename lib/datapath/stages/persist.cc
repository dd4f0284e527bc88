// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/stages/persist.h"

#include "lib/datapath/stages/ask_scheduler.h"
#include "lib/datapath/stages/schedule.h"
#include "lib/datapath/template_record.h"

namespace drover::datapath::stages {
namespace {

bool is(const WorkerState& state, Handover::Kind kind) {
  return state.handed != nullptr && state.handed->kind == kind;
}

// A template that finds no room leaves the client to the hash, which is constant, too.
std::optional<std::uint32_t> decide(const Packet& packet, WorkerState& state,
                                    const VirtualService& service, bool adopted) {
  const Persistence& persistence = *service.persistence;
  const flow::TemplateKey key = persistence.key_of(packet.client());
  const bool for_other = is(state, Handover::Kind::ask_server);
  auto candidate = state.templates.find(key, persistence, state.tick());
  const bool names_nobody = !candidate;
  if (candidate && !service.serves[*candidate]) candidate.reset();
  if (!candidate)
    candidate =
        adopted ? place_by_hash(packet, state, service) : pick(request_of(packet, state, service));
  // As with IPVS, it is good no more once it was asked in vain, whether or not another server was
  // found.
  if (!candidate && names_nobody && !service.undecided) state.templates.give_up(key);
  if (candidate && !state.templates.enter(key, persistence.names[*candidate], persistence,
                                          state.tick(), for_other))
    return place_by_hash(packet, state, service);
  // Of others their first connection tells, with whichever worker it is.
  if (candidate && service.one_packet && state.reporter.is_on())
    if (const auto* row = state.templates.own(key))
      state.reporter.tell(template_record(*row, state.tick()));
  return candidate;
}

void hand(Packet& packet, WorkerState& state, WorkerId to, Handover handover) {
  handover.frame = packet.mbuf;
  handover.port = state.port;
  state.peers.hand(to, handover);
  packet.verdict = Verdict::taken;
}

}  // namespace

bool is_about_template(const WorkerState& state) {
  return is(state, Handover::Kind::ask_server) || is(state, Handover::Kind::server_decided);
}

void schedule_persistent(Packet& packet, WorkerState& state, const VirtualService& service,
                         bool adopted) {
  if (is(state, Handover::Kind::server_decided)) {
    send_new(packet, state, service, state.handed->destination, adopted);
    return;
  }
  const WorkerId owner = state.templates.owner_of(service.persistence->key_of(packet.client()));
  if (owner != state.id) {
    hand(packet, state, owner, {.kind = Handover::Kind::ask_server, .origin = state.id});
    return;
  }
  const auto candidate = decide(packet, state, service, adopted);
  if (!candidate)
    packet.verdict = refusal(packet, service);
  else if (is(state, Handover::Kind::ask_server))
    hand(packet, state, state.handed->origin,
         {.kind = Handover::Kind::server_decided, .destination = service.candidates[*candidate]});
  else
    send_new(packet, state, service, service.candidates[*candidate], adopted);
}

bool bind_to_template(const Packet& packet, DestinationId server, WorkerState& state,
                      const VirtualService& service) {
  const Persistence& persistence = *service.persistence;
  const auto candidate = persistence.candidates.find(server.value());
  if (!candidate) return false;
  state.templates.add_connection(persistence.key_of(packet.client()), persistence.names[*candidate],
                                 state.tick());
  return true;
}

void assure_template(const Packet& packet, DestinationId server, WorkerState& state) {
  const auto* persistence =
      state.snapshot->find_persistence(packet.key.vip, packet.key.virtual_port);
  if (persistence == nullptr) return;
  if (const auto candidate = persistence->candidates.find(server.value()))
    state.templates.assure(persistence->key_of(packet.client()), persistence->names[*candidate]);
}

}  // namespace drover::datapath::stages
