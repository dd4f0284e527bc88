// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/traffic_history.h"

namespace drover::control {
namespace {

void add_totals(metrics::Traffic& sum, const metrics::Traffic& traffic) {
  sum.connections += traffic.connections;
  sum.packets += traffic.packets;
  sum.bytes += traffic.bytes;
}

bool went_back(const metrics::Traffic& now, const metrics::Traffic& before) {
  return now.connections < before.connections || now.packets < before.packets ||
         now.bytes < before.bytes;
}

}  // namespace

metrics::Traffic TrafficHistory::total(
    const ServiceKey& service,
    std::span<const std::pair<DestinationId, metrics::Traffic>> servers) {
  Record& record = records_[service];
  metrics::Traffic total;
  for (const auto& [id, now] : servers) {
    metrics::Traffic& latest = record.latest[id];
    if (went_back(now, latest)) add_totals(record.before, latest);
    latest = now;
    total.active += now.active;
    total.inactive += now.inactive;
  }
  add_totals(total, record.before);
  for (const auto& [id, latest] : record.latest) add_totals(total, latest);
  return total;
}

}  // namespace drover::control
