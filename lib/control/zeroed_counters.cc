// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/zeroed_counters.h"

namespace drover::control {

api::Totals ZeroedCounters::totals_of(const ServerView& server) {
  api::Totals totals;
  for (const datapath::DestinationCounters& counters : *server.counters) {
    totals.connections += counters.connections.value();
    totals.packets += counters.packets.value();
    totals.bytes += counters.bytes.value();
  }
  return totals;
}

api::Totals ZeroedCounters::since_zero(const ServerView& server) const {
  api::Totals totals = totals_of(server);
  const auto before = at_zero_.find(server.id);
  if (before == at_zero_.end()) return totals;
  totals.connections -= before->second.connections;
  totals.packets -= before->second.packets;
  totals.bytes -= before->second.bytes;
  return totals;
}

void ZeroedCounters::zero(const ServiceView& service) {
  for (const ServerView& server : service.servers) at_zero_[server.id] = totals_of(server);
}

}  // namespace drover::control
