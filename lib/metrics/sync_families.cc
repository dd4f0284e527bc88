// SPDX-License-Identifier: BSD-3-Clause
// Of connection synchronisation; without it they have no samples.
#include "lib/metrics/families.h"
#include "lib/metrics/family.h"

namespace drover::metrics {
namespace {

using Count = std::uint64_t;

prometheus::MetricFamily of_all(Family family, const Facts& facts, Count SyncFacts::*count) {
  if (facts.sync) family.add({}, (*facts.sync).*count);
  return family.take();
}

template <class Value>
prometheus::MetricFamily of_each(Family family, const Facts& facts, Value value) {
  if (facts.sync)
    for (const SyncPeerFacts& peer : facts.sync->peers)
      family.add({{"peer", peer.address}}, value(peer));
  return family.take();
}

Count flag(bool value) {
  return value ? 1 : 0;
}

constexpr FamilyMaker makers[] = {
    [](const Facts& facts) {
      Family family = gauge("drover_sync_ready", "1: has the peers' tables, or need not wait");
      if (facts.sync) family.add({}, flag(facts.sync->ready));
      return family.take();
    },
    [](const Facts& facts) {
      return of_all(gauge("drover_sync_waiting_entries", "Told by workers and not sent yet"), facts,
                    &SyncFacts::waiting);
    },
    [](const Facts& facts) {
      return of_all(counter("drover_sync_told_entries_total",
                            "Connections, changes and rows of the table that workers have told of"),
                    facts, &SyncFacts::told);
    },
    [](const Facts& facts) {
      return of_all(counter("drover_sync_shed_entries_total",
                            "Embryonic connections that were left out in a flood"),
                    facts, &SyncFacts::shed);
    },
    [](const Facts& facts) {
      return of_all(counter("drover_sync_lost_entries_total",
                            "Changes for which there was no room; they are told again"),
                    facts, &SyncFacts::lost);
    },
    [](const Facts& facts) {
      return of_all(counter("drover_sync_late_packets_total",
                            "First packets that left before their connection had been told"),
                    facts, &SyncFacts::late);
    },
    [](const Facts& facts) {
      return of_all(counter("drover_sync_taken_entries_total", "Of the peers', by the workers"),
                    facts, &SyncFacts::received);
    },
    [](const Facts& facts) {
      return of_all(counter("drover_sync_unplaced_entries_total",
                            "Of the peers', for which the table had no room"),
                    facts, &SyncFacts::without_room);
    },
    [](const Facts& facts) {
      return of_each(gauge("drover_sync_peer_alive", "1: heard within the last five seconds"),
                     facts, [](const SyncPeerFacts& peer) { return flag(peer.alive); });
    },
    [](const Facts& facts) {
      return of_each(gauge("drover_sync_peer_complete", "1: its whole table is here"), facts,
                     [](const SyncPeerFacts& peer) { return flag(peer.complete); });
    },
    [](const Facts& facts) {
      return of_each(gauge("drover_sync_peer_same_services", "0: its configuration differs"), facts,
                     [](const SyncPeerFacts& peer) { return flag(peer.same_services); });
    },
    [](const Facts& facts) {
      return of_each(gauge("drover_sync_peer_lag_seconds",
                           "Since it was last heard, which is once a second at least"),
                     facts, [](const SyncPeerFacts& peer) { return peer.silence_seconds; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_sync_peer_sent_entries_total", "Sent to it"), facts,
                     [](const SyncPeerFacts& peer) { return peer.entries_sent; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_sync_peer_received_entries_total", "Received from it"), facts,
                     [](const SyncPeerFacts& peer) { return peer.entries_received; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_sync_peer_lost_datagrams_total", "Of those that it has sent"),
                     facts, [](const SyncPeerFacts& peer) { return peer.datagrams_lost; });
    },
    [](const Facts& facts) {
      Family family = counter("drover_sync_peer_dropped_total",
                              "Its datagrams and entries that were not taken");
      if (facts.sync)
        for (const SyncPeerFacts& peer : facts.sync->peers)
          for (const auto& [reason, count] : peer.dropped)
            family.add({{"peer", peer.address}, {"reason", reason}}, count);
      return family.take();
    },
};

}  // namespace

std::span<const FamilyMaker> sync_families() {
  return makers;
}

}  // namespace drover::metrics
