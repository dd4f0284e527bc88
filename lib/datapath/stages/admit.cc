// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/stages/admit.h"

#include "lib/datapath/stages/schedule.h"

namespace drover::datapath::stages {
namespace {

// On its way to or from the owner of its client's template.
bool has_been_admitted(const WorkerState& state) {
  return state.handed != nullptr && (state.handed->kind == Handover::Kind::ask_server ||
                                     state.handed->kind == Handover::Kind::server_decided);
}

template <class Address>
bool admit_client(const Address& client, Packet& packet, WorkerState& state,
                  const Admission& admission) {
  if (admission.access && !admission.access->allows(client)) {
    packet.verdict = Verdict::client_denied;
    return false;
  }
  if (admission.limit && !is_mid_stream(packet) &&
      !state.source_limits.take(*admission.limit, client, state.now)) {
    packet.verdict = Verdict::client_limit;
    return false;
  }
  return true;
}

}  // namespace

bool admit(Packet& packet, WorkerState& state, const VirtualService& service) {
  if (service.admission == nullptr || has_been_admitted(state)) [[likely]]
    return true;
  const Admission& admission = *service.admission;
  return packet.is_v6() ? admit_client(packet.client_v6(), packet, state, admission)
                        : admit_client(packet.key.client, packet, state, admission);
}

}  // namespace drover::datapath::stages
