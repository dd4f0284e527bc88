// SPDX-License-Identifier: BSD-3-Clause
// Every metric that drover has, in the order of the exposition. docs/metrics.md explains them.
// Prometheus's conventions: base units, `_total` for counters; no label that a client could make.
#pragma once

#include <prometheus/metric_family.h>

#include <span>

#include "lib/metrics/facts.h"

namespace drover::metrics {

using FamilyMaker = prometheus::MetricFamily (*)(const Facts&);

// One each, to be called one by one: with many servers a family takes a while.
std::span<const FamilyMaker> family_makers();

// The parts of it.
std::span<const FamilyMaker> service_families();
std::span<const FamilyMaker> server_families();
std::span<const FamilyMaker> worker_families();
std::span<const FamilyMaker> port_families();
std::span<const FamilyMaker> failover_families();
std::span<const FamilyMaker> sync_families();
std::span<const FamilyMaker> daemon_families();

}  // namespace drover::metrics
