// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lib/datapath/burst.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath::stages {

// Whether a client may have a new connection to the service; else the packet gets its verdict. A
// flow in mid-stream is none for the limit: after a failover they all look like that.
bool admit(Packet& packet, WorkerState& state, const VirtualService& service);

// Whether the service's access list lets the owner of a connection be.
template <class Key>
bool may_stay(const Key& key, const Snapshot& snapshot) {
  const VirtualService* service = snapshot.find_service(key.vip, key.virtual_port);
  const Admission* admission = service == nullptr ? nullptr : service->admission.get();
  return admission == nullptr || !admission->access || admission->access->allows(key.client);
}

}  // namespace drover::datapath::stages
