// SPDX-License-Identifier: BSD-3-Clause
// IPVS's rr: the next server in the list, whatever its weight, as long as that is not 0.
#pragma once

#include "lib/balance/scheduler.h"

namespace drover::balance {

class RoundRobin : public Scheduler {
 public:
  explicit RoundRobin(SchedulerSettings settings) : settings_(std::move(settings)) {}
  std::optional<std::uint32_t> pick(SchedulerState& state) const override;

 private:
  std::uint32_t first_to_try(const SchedulerState& state) const;
  SchedulerSettings settings_;
};

}  // namespace drover::balance
