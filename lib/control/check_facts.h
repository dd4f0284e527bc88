// SPDX-License-Identifier: BSD-3-Clause
// What a server's checks have come to, for metrics: by kind. Control thread only.
#pragma once

#include <vector>

#include "lib/control/health_watch.h"
#include "lib/metrics/facts.h"

namespace drover::control {

std::vector<metrics::CheckFacts> check_facts(const HealthWatch& health,
                                             const HealthWatch::Server& server);

}  // namespace drover::control
