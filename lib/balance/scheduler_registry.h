// SPDX-License-Identifier: BSD-3-Clause
// The schedulers there are: each is a file that defines its maker, named in meson.build.
#pragma once

#include <memory>

#include "lib/balance/scheduler.h"
#include "lib/balance/scheduler_list.h"

namespace drover::balance {

#define DROVER_DECLARE_MAKER(name, maker) \
  std::unique_ptr<const Scheduler> maker(SchedulerSettings settings);
DROVER_SCHEDULERS(DROVER_DECLARE_MAKER)
#undef DROVER_DECLARE_MAKER

}  // namespace drover::balance
