// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/probe_schedule.h"

#include <utility>

namespace drover::control {

void ProbeSchedule::replace(const std::set<IpAddress>& addresses, Time now) {
  std::erase_if(servers_, [&](const auto& entry) { return !addresses.contains(entry.first); });
  turns_.clear();
  for (const auto& [address, server] : servers_) turns_.insert({server.next, address});
  std::size_t place = 0;
  for (const IpAddress& address : addresses) {
    const auto offset = period * place++ / addresses.size();
    const auto [entry, fresh] = servers_.insert({address, Server{.next = now + offset}});
    if (fresh) turns_.insert({entry->second.next, address});
  }
}

std::vector<ProbeSchedule::Probe> ProbeSchedule::due(Time now) {
  std::vector<Probe> probes;
  while (!turns_.empty() && turns_.begin()->first <= now) {
    const IpAddress address = turns_.extract(turns_.begin()).value().second;
    Server& server = servers_.at(address);
    take_turn(address, server, now);
    probes.push_back({address, server.silent_rounds > 0});
  }
  return probes;
}

void ProbeSchedule::take_turn(const IpAddress& address, Server& server, Time now) {
  if (server.asked) server.silent_rounds = server.answered ? 0 : server.silent_rounds + 1;
  server.asked = true;
  server.answered = false;
  const Time::duration wait = server.silent_rounds >= patient_after ? patient_period : period;
  server.next += wait;
  // After a stall the missed turns are not made up for; the place within the second stays.
  if (server.next <= now) server.next += ((now - server.next) / wait + 1) * wait;
  turns_.insert({server.next, address});
}

std::optional<ProbeSchedule::Time> ProbeSchedule::next() const {
  if (turns_.empty()) return std::nullopt;
  return turns_.begin()->first;
}

bool ProbeSchedule::believe(const IpAddress& address, const MacAddress& mac,
                            const std::optional<MacAddress>& known, Heard heard) {
  const auto found = servers_.find(address);
  if (found == servers_.end()) return false;
  Server& server = found->second;
  const bool doubted = server.silent_rounds > 0 && !server.answered;
  const bool same = known == mac;
  if (!same && known && heard == Heard::answer && !doubted) return false;
  server.answered = true;
  server.silent_rounds = 0;
  return !same;
}

}  // namespace drover::control
