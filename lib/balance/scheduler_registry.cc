// SPDX-License-Identifier: BSD-3-Clause
#include <array>

#include "lib/balance/round_robin.h"
#include "lib/balance/scheduler.h"

namespace drover::balance {
namespace {

constexpr std::array<std::string_view, 1> names = {"rr"};

}  // namespace

std::unique_ptr<const Scheduler> make_scheduler(std::string_view name, SchedulerSettings settings) {
  if (name == "rr") return std::make_unique<RoundRobin>(std::move(settings));
  return nullptr;
}

std::span<const std::string_view> scheduler_names() {
  return names;
}

}  // namespace drover::balance
