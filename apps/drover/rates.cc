// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/rates.h"

namespace drover::client {

Rates::Key Rates::key_of(const api::Service& service, const std::optional<IpAddress>& server) {
  return {service.protocol, service.address, service.port, server};
}

std::map<Rates::Key, api::Totals> Rates::totals_of(const api::Services& services) {
  std::map<Key, api::Totals> totals;
  for (const api::Service& service : services.services) {
    totals[key_of(service, std::nullopt)] = service.totals;
    for (const api::Server& server : service.servers)
      totals[key_of(service, server.address)] = server.totals;
  }
  return totals;
}

Rates::Rates(const api::Services& before, const api::Services& after) {
  const double seconds = after.uptime_seconds - before.uptime_seconds;
  if (seconds <= 0) return;
  const auto earlier = totals_of(before);
  for (const auto& [key, now] : totals_of(after)) {
    const auto found = earlier.find(key);
    if (found == earlier.end()) continue;
    const api::Totals& then = found->second;
    if (now.connections < then.connections || now.packets < then.packets || now.bytes < then.bytes)
      continue;
    rates_[key] = {static_cast<double>(now.connections - then.connections) / seconds,
                   static_cast<double>(now.packets - then.packets) / seconds,
                   static_cast<double>(now.bytes - then.bytes) / seconds};
  }
}

std::optional<Rate> Rates::find(const Key& key) const {
  const auto found = rates_.find(key);
  if (found == rates_.end()) return std::nullopt;
  return found->second;
}

std::optional<Rate> Rates::of(const api::Service& service) const {
  return find(key_of(service, std::nullopt));
}

std::optional<Rate> Rates::of(const api::Service& service, const api::Server& server) const {
  return find(key_of(service, server.address));
}

}  // namespace drover::client
