// SPDX-License-Identifier: BSD-3-Clause
// The schedulers there are: each is a file that defines its maker, and a line here.
#pragma once

#include <memory>

#include "lib/balance/scheduler.h"

// X(the name in the configuration, its maker)
#define DROVER_SCHEDULERS(X)                 \
  X("rr", make_round_robin)                  \
  X("wrr", make_weighted_round_robin)        \
  X("lc", make_least_connection)             \
  X("wlc", make_weighted_least_connection)   \
  X("sed", make_shortest_expected_delay)     \
  X("nq", make_never_queue)                  \
  X("fo", make_failover)                     \
  X("ovf", make_overflow)                    \
  X("dh", make_destination_hash)             \
  X("sh", make_source_hash)                  \
  X("mh", make_maglev_hash)                  \
  X("lblc", make_locality)                   \
  X("lblcr", make_locality_with_replication) \
  X("twos", make_power_of_two)               \
  X("maglev", make_maglev)

namespace drover::balance {

#define DROVER_DECLARE_MAKER(name, maker) \
  std::unique_ptr<const Scheduler> maker(SchedulerSettings settings);
DROVER_SCHEDULERS(DROVER_DECLARE_MAKER)
#undef DROVER_DECLARE_MAKER

}  // namespace drover::balance
