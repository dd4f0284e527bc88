// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>

#include "lib/control/api_sync.h"
#include "lib/control/ipvs_exchange.h"
#include "lib/control/plant.h"
#include "lib/control/sync_exchange.h"
#include "lib/metrics/sync_facts.h"

namespace drover::control {

// Of the workers, and of the exchanges that there are. Control thread only.
api::Sync report_sync(const std::vector<PlantWorker>& workers, const SyncExchange* exchange,
                      const IpvsExchange* ipvs, SyncExchange::TimePoint now);

metrics::SyncFacts sync_facts(const api::Sync& report, double uptime_seconds);

}  // namespace drover::control
