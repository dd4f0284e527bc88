// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lib/control/api_model.h"
#include "lib/control/health_watch.h"

namespace drover::control {

// Fills in state, reason and times of a server whose other fields are there.
void report_health(const HealthWatch& health, const ServiceKey& key, const Standing& standing,
                   std::chrono::steady_clock::time_point now, api::Server& server);

}  // namespace drover::control
