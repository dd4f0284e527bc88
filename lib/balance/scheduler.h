// SPDX-License-Identifier: BSD-3-Clause
// A scheduler picks a real server for a new connection. Its configuration is immutable and shared
// by all workers; what it remembers between picks is a SchedulerState, of which each worker has its
// own for each virtual service. Adding a scheduler is one file and a line in scheduler_registry.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "lib/base/strong_id.h"

namespace drover::balance {

// A real server as a scheduler sees it, in the order of the configuration.
struct Candidate {
  DestinationId destination;
  std::uint32_t weight = 1;  // 0: gets no new connection
};

// What one worker remembers for one service; survives a change of the servers.
struct SchedulerState {
  DestinationId last_destination;
  std::uint32_t position = 0;    // of the last pick in the candidates
  std::uint32_t generation = 0;  // of the candidates that `position` counts in; 0: no pick yet
};

class Scheduler {
 public:
  virtual ~Scheduler() = default;
  // An index into the candidates; none when no server may have the connection. Only the worker that
  // owns `state` calls it.
  virtual std::optional<std::uint32_t> pick(SchedulerState& state) const = 0;
};

struct SchedulerSettings {
  std::vector<Candidate> candidates;
  std::uint32_t generation = 1;  // differs whenever the candidates do; never 0
};

// Null for a name that is not in scheduler_names().
std::unique_ptr<const Scheduler> make_scheduler(std::string_view name, SchedulerSettings settings);
std::span<const std::string_view> scheduler_names();

}  // namespace drover::balance
