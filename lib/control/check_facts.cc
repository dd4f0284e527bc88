// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/check_facts.h"

#include <algorithm>

namespace drover::control {
namespace {

using metrics::CheckFacts;

static_assert(CheckFacts::bounds == health::CheckStatistics::bounds);

void add(const health::CheckStatistics& statistics, CheckFacts& facts) {
  for (std::size_t i = 0; i < facts.durations.size(); ++i)
    facts.durations[i] += statistics.buckets[i];
  facts.seconds += statistics.seconds;
  facts.good += statistics.good;
  facts.wrong += statistics.wrong;
  facts.unreachable += statistics.unreachable;
}

}  // namespace

std::vector<CheckFacts> check_facts(const HealthWatch& health, const HealthWatch::Server& server) {
  std::vector<CheckFacts> facts;
  for (const health::WatchedCheck& watched : server.checks) {
    const std::string kind(config::name_of(watched.check.kind));
    auto found = std::ranges::find(facts, kind, &CheckFacts::kind);
    if (found == facts.end()) {
      CheckFacts fresh;
      fresh.kind = kind;
      found = facts.insert(facts.end(), std::move(fresh));
    }
    add(health.status(watched).statistics, *found);
  }
  return facts;
}

}  // namespace drover::control
