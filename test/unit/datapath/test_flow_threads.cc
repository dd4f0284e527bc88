// SPDX-License-Identifier: BSD-3-Clause
// A worker tells and control takes, each on its own thread.
#include <array>
#include <cstdint>
#include <span>
#include <thread>

#include "lib/datapath/flow_reporter.h"
#include "test/unit/catch.h"

namespace drover::datapath {

TEST_CASE("records cross in order, and what control has told is never ahead of it", "[datapath]") {
  constexpr std::uint32_t records = 50'000;
  Doorbell bell;
  Crossing crossing(bell);
  WorkerCounters counters;
  Snapshot snapshot;
  snapshot.flow_reporting = FlowReporting::ahead;
  bool in_order = true;
  std::thread control([&] {
    std::array<FlowRecord, 64> taken;
    for (std::uint32_t count = 0; count < records;) {
      const unsigned some = crossing.flow_changes.pop_some(taken);
      for (const FlowRecord& record : std::span(taken).first(some))
        in_order &= record.destination == DestinationId(count++);
      crossing.flow_changes_told.store(count, std::memory_order_release);
      if (some == 0) std::this_thread::yield();
    }
  });

  FlowReporter reporter(crossing, counters);
  reporter.adopt_snapshot(snapshot);
  bool behind = true;
  std::uint64_t losses = 0;
  for (std::uint32_t number = 0; number < records;) {
    FlowRecord record;
    record.destination = DestinationId(number);
    const std::uint64_t before = reporter.last_record();
    reporter.tell(record);
    if (reporter.last_record() == before) {
      ++losses;
      std::this_thread::yield();
    } else {
      ++number;
    }
    behind &= reporter.told() <= reporter.last_record();
    reporter.ring_soon();
  }
  control.join();
  CHECK(in_order);
  CHECK(behind);
  CHECK(reporter.told() == records);
  CHECK(counters.flow_changes.value() == records);
  CHECK(counters.flow_changes_lost.value() == losses);
}

}  // namespace drover::datapath
