// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/sync_report.h"

#include <string>

namespace drover::control {
namespace {

api::Counters dropped(const SyncCounts& counts) {
  api::Counters dropped;
  for (const auto& [reason, count] : counts.dropped)
    dropped.push_back({std::string(reason), count});
  return dropped;
}

api::SyncPeer report_peer(const SyncExchange::Peer& peer, std::uint64_t sent_by_workers,
                          SyncExchange::TimePoint now) {
  api::SyncPeer report{.address = peer.address,
                       .alive = peer.session.alive(now),
                       .complete = peer.session.complete(),
                       .gets_table = peer.gets_table,
                       .same_services = peer.other_services == 0,
                       .seconds_ago = std::nullopt,
                       .entries_sent = peer.counts.entries_sent + sent_by_workers,
                       .entries_received = peer.counts.entries_received,
                       .datagrams_lost = peer.session.lost(),
                       .dropped = {}};
  if (const auto heard = peer.session.last_heard())
    report.seconds_ago = std::chrono::duration<double>(now - *heard).count();
  report.dropped = dropped(peer.counts);
  return report;
}

api::SyncIpvs report_ipvs(const IpvsExchange& ipvs) {
  const SyncCounts& counts = ipvs.counts();
  return {.entries_sent = counts.entries_sent,
          .entries_received = counts.entries_received,
          .messages_sent = counts.datagrams_sent,
          .messages_received = counts.datagrams_received,
          .dropped = dropped(counts)};
}

}  // namespace

api::Sync report_sync(const std::vector<PlantWorker>& workers, const SyncExchange* exchange,
                      const IpvsExchange* ipvs, SyncExchange::TimePoint now) {
  api::Sync report;
  for (const PlantWorker& worker : workers) {
    const datapath::WorkerCounters& counters = *worker.counters;
    const std::uint64_t told = counters.flow_changes.value();
    report.told += told + counters.flow_records_sent.value();
    report.waiting += told - worker.crossing->flow_changes_told.load(std::memory_order_relaxed);
    report.shed += counters.flow_changes_shed.value();
    report.lost += counters.flow_changes_lost.value();
    report.late += counters.flow_changes_late.value();
    report.received += counters.flows_received.value();
    report.known_better += counters.flows_known.value();
    report.without_room += counters.flows_without_room.value();
  }
  if (ipvs != nullptr) {
    report.ipvs = report_ipvs(*ipvs);
    report.unknown_senders += ipvs->unknown_senders();
  }
  if (exchange == nullptr) return report;
  report.unknown_senders += exchange->unknown_senders();
  for (std::size_t i = 0; i < exchange->peers().size(); ++i)
    report.peers.push_back(report_peer(exchange->peers()[i], exchange->streams().entries(i), now));
  return report;
}

metrics::SyncFacts sync_facts(const api::Sync& report, double uptime_seconds) {
  metrics::SyncFacts facts{.ready = report.ready,
                           .waiting = report.waiting,
                           .told = report.told,
                           .shed = report.shed,
                           .lost = report.lost,
                           .late = report.late,
                           .received = report.received,
                           .without_room = report.without_room,
                           .peers = {}};
  for (const api::SyncPeer& peer : report.peers) {
    facts.peers.push_back({.address = to_string(peer.address),
                           .alive = peer.alive,
                           .complete = peer.complete,
                           .same_services = peer.same_services,
                           .silence_seconds = peer.seconds_ago.value_or(uptime_seconds),
                           .entries_sent = peer.entries_sent,
                           .entries_received = peer.entries_received,
                           .datagrams_lost = peer.datagrams_lost,
                           .dropped = {}});
    for (const api::Counter& reason : peer.dropped)
      facts.peers.back().dropped.emplace_back(reason.name, reason.count);
  }
  return facts;
}

}  // namespace drover::control
