// SPDX-License-Identifier: BSD-3-Clause
#include "lib/balance/scheduler_registry.h"

#include <array>

namespace drover::balance {
namespace {

#define DROVER_NAME(name, maker) std::string_view(name),
constexpr auto names = std::to_array({DROVER_SCHEDULERS(DROVER_NAME)});
#undef DROVER_NAME

#define DROVER_MAKER(name, maker) &maker,
constexpr auto makers = std::to_array({DROVER_SCHEDULERS(DROVER_MAKER)});
#undef DROVER_MAKER

}  // namespace

std::unique_ptr<const Scheduler> make_scheduler(std::string_view name, SchedulerSettings settings) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return makers[i](std::move(settings));
  return nullptr;
}

std::span<const std::string_view> scheduler_names() {
  return names;
}

}  // namespace drover::balance
