// SPDX-License-Identifier: BSD-3-Clause
// Of the workers, one by one and together.
#include "lib/metrics/families.h"
#include "lib/metrics/family.h"

namespace drover::metrics {
namespace {

template <class Value>
prometheus::MetricFamily of_each(Family family, const Facts& facts, Value value) {
  for (std::size_t i = 0; i < facts.workers.size(); ++i)
    family.add({{"worker", std::to_string(i)}}, value(facts.workers[i]));
  return family.take();
}

prometheus::MetricFamily bursts(const Facts& facts) {
  using Histogram = datapath::BurstHistogram;
  std::array<double, Histogram::buckets> bounds{};
  for (std::size_t i = 0; i < bounds.size(); ++i) bounds[i] = Histogram::bound(i);
  Family family = histogram("drover_worker_burst_frames",
                            "Frames that a worker received at once; near 32 it falls behind");
  for (std::size_t i = 0; i < facts.workers.size(); ++i) {
    const WorkerFacts& worker = facts.workers[i];
    std::uint64_t count = 0;
    for (const std::uint64_t bucket : worker.bursts) count += bucket;
    family.add({{"worker", std::to_string(i)}}, bounds, worker.bursts, count,
               static_cast<double>(worker.frames));
  }
  return family.take();
}

constexpr FamilyMaker makers[] = {
    [](const Facts& facts) {
      Family family = counter("drover_packets_total", "Packets by what became of them");
      for (std::size_t i = 0; i < datapath::verdict_count; ++i)
        family.add({{"reason", std::string(datapath::name(static_cast<datapath::Verdict>(i)))}},
                   facts.verdicts[i]);
      return family.take();
    },
    [](const Facts& facts) {
      return gauge("drover_table_entries", "Connections in the table")
          .add({}, facts.table.entries)
          .take();
    },
    [](const Facts& facts) {
      return gauge("drover_table_capacity", "Connections that the table holds")
          .add({}, facts.table.capacity)
          .take();
    },
    [](const Facts& facts) {
      return counter("drover_table_evictions_total",
                     "Live connections that gave way to new ones because the table was full")
          .add({}, facts.table.evictions)
          .take();
    },
    [](const Facts& facts) {
      return of_each(counter("drover_worker_busy_seconds_total", "Time spent in turns with work"),
                     facts, [](const WorkerFacts& worker) { return worker.busy_seconds; });
    },
    [](const Facts& facts) {
      return of_each(gauge("drover_worker_busy_ratio",
                           "Share of the last second spent in turns with work, 0 to 1"),
                     facts, [](const WorkerFacts& worker) { return worker.busy_ratio; });
    },
    bursts,
    [](const Facts& facts) {
      return of_each(counter("drover_worker_turns_total", "Turns of the worker's loop"), facts,
                     [](const WorkerFacts& worker) { return worker.turns; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_worker_sleeps_total", "Pauses, as no packet came"), facts,
                     [](const WorkerFacts& worker) { return worker.sleeps; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_worker_handovers_total",
                             "Frames given to another worker, whose tables they concern"),
                     facts, [](const WorkerFacts& worker) { return worker.handovers; });
    },
};

}  // namespace

std::span<const FamilyMaker> worker_families() {
  return makers;
}

}  // namespace drover::metrics
