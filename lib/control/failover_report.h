// SPDX-License-Identifier: BSD-3-Clause
// What GET /v1/status and the metrics tell of failover. Control thread only.
#pragma once

#include <optional>

#include "lib/control/api_model.h"
#include "lib/control/mastership.h"
#include "lib/control/plant.h"
#include "lib/metrics/facts.h"

namespace drover::control {

// None without `failover` in the file.
std::optional<api::Failover> report_failover(const Mastership& mastership, const Plant& plant);

std::vector<metrics::VrrpFacts> vrrp_facts(const Mastership& mastership);

}  // namespace drover::control
