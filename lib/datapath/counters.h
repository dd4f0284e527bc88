// SPDX-License-Identifier: BSD-3-Clause
// What a worker counts. Each has one writer, its worker; any thread may read at any time.
#pragma once

#include <smmintrin.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "lib/balance/thresholds.h"
#include "lib/base/counter.h"
#include "lib/datapath/burst_histogram.h"
#include "lib/datapath/verdict.h"
#include "lib/flow/eviction.h"

namespace drover::datapath {

struct Traffic {
  std::uint32_t packets;
  std::uint32_t bytes;  // of IP datagrams
};

// Of one worker for one destination, on a cache line of its own.
struct alignas(64) DestinationCounters {
  Counter packets;
  Counter bytes;     // of IP datagrams
  Counter active;    // connections now, as ipvsadm's ActiveConn
  Counter inactive;  // InActConn
  Counter connections;

  // Only the worker itself reads and writes the rest.
  std::uint32_t others_active = 0;  // the other workers' connections, a few milliseconds ago
  std::uint32_t others_inactive = 0;
  balance::Overload overload;

  // Both counts at once. On x86-64 each aligned half of a vector is written as a whole, as
  // Counter's store is.
  void add(const Traffic& traffic) {
#if defined(__SANITIZE_THREAD__)
    packets.add(traffic.packets);
    bytes.add(traffic.bytes);
#else
    auto* const both = reinterpret_cast<__m128i*>(this);
    const __m128i more =
        _mm_cvtepu32_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(&traffic)));
    _mm_store_si128(both, _mm_add_epi64(_mm_load_si128(both), more));
#endif
  }
};
static_assert(sizeof(DestinationCounters) == 64);

// One for each worker.
using DestinationCountersByWorker = std::vector<DestinationCounters>;

struct alignas(64) WorkerCounters {
  std::array<Counter, verdict_count> verdicts;
  Counter turns;          // of the loop
  BurstHistogram bursts;  // each of a queue that had frames
  Counter frames;         // received
  Counter handovers;      // to other workers
  Counter sleeps;
  Counter busy_nanoseconds;  // spent in turns that had work
  Counter table_entries;
  // Live connections that gave way to a newcomer, by flow::eviction_index().
  std::array<Counter, flow::eviction_names.size()> table_evictions;
  Counter insert_stops;  // bursts in which a newcomer found no room
  Counter snapshot_generation;
  Counter stale_heartbeats;  // not sent, as they came too late to be true
  // For the other balancers: records that the worker has sent itself; changes that were told to
  // control; left out in a flood; lost because control had not made room; first packets that left
  // before the record of their connection.
  Counter flow_records_sent;
  Counter flow_changes;
  Counter flow_changes_shed;
  Counter flow_changes_lost;
  Counter flow_changes_late;
  // From the other balancer: entered or renewed; known better; without room in the table.
  Counter flows_received;
  Counter flows_known;
  Counter flows_without_room;

  void count(Verdict verdict, std::uint64_t amount = 1) {
    verdicts[static_cast<std::size_t>(verdict)].add(amount);
  }
  std::uint64_t evictions() const {
    std::uint64_t sum = 0;
    for (const Counter& counter : table_evictions) sum += counter.value();
    return sum;
  }
  std::uint64_t value(Verdict verdict) const {
    return verdicts[static_cast<std::size_t>(verdict)].value();
  }
};

}  // namespace drover::datapath
