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

}  // namespace

bool admit(Packet& packet, WorkerState& state, const VirtualService& service) {
  if (service.admission == nullptr || has_been_admitted(state)) [[likely]]
    return true;
  const Admission& admission = *service.admission;
  if (admission.access && !admission.access->allows(packet.key.client)) {
    packet.verdict = Verdict::client_denied;
    return false;
  }
  if (admission.limit && !is_mid_stream(packet) &&
      !state.source_limits.take(*admission.limit, packet.key.client, state.now)) {
    packet.verdict = Verdict::client_limit;
    return false;
  }
  return true;
}

bool may_stay(const flow::ConnectionKeyV4& key, const Snapshot& snapshot) {
  const VirtualService* service = snapshot.find_service(key.vip, key.virtual_port);
  const Admission* admission = service == nullptr ? nullptr : service->admission.get();
  return admission == nullptr || !admission->access || admission->access->allows(key.client);
}

}  // namespace drover::datapath::stages
