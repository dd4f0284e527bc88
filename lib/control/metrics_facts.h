// SPDX-License-Identifier: BSD-3-Clause
// What a scrape is told, from counters and facts. Control thread only.
#pragma once

#include "lib/control/report.h"
#include "lib/control/traffic_history.h"
#include "lib/metrics/facts.h"

namespace drover::control {

metrics::Facts metrics_facts(const ReportContext& context, TrafficHistory& history);

}  // namespace drover::control
