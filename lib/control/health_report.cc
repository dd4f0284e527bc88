// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/health_report.h"

#include <fmt/format.h>

namespace drover::control {
namespace {

using Seconds = std::chrono::duration<double>;

std::string state_of_up(const Standing& standing, const api::Server& server) {
  if (!server.mac) return "unresolved";
  if (standing.percent == 0) return "draining";
  return standing.share == datapath::full_share ? "up" : "warming";
}

std::string reason_of_up(const Standing& standing) {
  if (standing.percent == 0) return "its agent asks for no connections";
  if (standing.share != datapath::full_share)
    return fmt::format("gets {} % of its share", 100 * standing.share / datapath::full_share);
  return {};
}

// The longest of the latest runs.
std::optional<double> latest_check(const HealthWatch& health, const HealthWatch::Server& watched) {
  std::optional<double> longest;
  for (const health::WatchedCheck& check : watched.checks)
    if (const auto took = health.status(check).took)
      longest = std::max(longest.value_or(0), Seconds(*took).count());
  return longest;
}

// Why a server is not known yet.
std::string obstacle(const HealthWatch& health, const HealthWatch::Server& watched) {
  for (const health::WatchedCheck& check : watched.checks)
    if (const auto& status = health.status(check); status.state == health::State::unknown)
      return status.last.reason.empty() ? "not checked yet" : status.last.reason;
  return {};
}

}  // namespace

void report_health(const HealthWatch& health, const ServiceKey& key, const Standing& standing,
                   std::chrono::steady_clock::time_point now, api::Server& server) {
  if (health.find(key) == nullptr) return;
  const HealthWatch::Server* watched = health.find(key, server.address);
  if (watched == nullptr) {
    server.state = "sorry";
    return;
  }
  switch (watched->health.state()) {
    case health::State::unknown:
      server.state = "unknown";
      server.reason = obstacle(health, *watched);
      break;
    case health::State::down:
      server.state = "down";
      server.reason = health.reason(*watched, now);
      if (!server.mac && server.reason.find("no MAC address") == std::string::npos)
        server.reason += "; it has no MAC address";
      break;
    case health::State::up:
      server.state = state_of_up(standing, server);
      server.reason = reason_of_up(standing);
      break;
  }
  server.state_seconds = Seconds(now - watched->health.since()).count();
  server.check_seconds = latest_check(health, *watched);
}

}  // namespace drover::control
