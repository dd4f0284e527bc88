// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/metrics_facts.h"

#include <chrono>
#include <utility>
#include <vector>

#include "lib/control/check_facts.h"
#include "lib/control/failover_report.h"
#include "lib/control/sync_report.h"
#include "version.h"

namespace drover::control {
namespace {

using metrics::Traffic;

Traffic traffic_of(const ServerView& view) {
  Traffic traffic;
  for (const datapath::DestinationCounters& counters : *view.counters) {
    traffic.connections += counters.connections.value();
    traffic.packets += counters.packets.value();
    traffic.bytes += counters.bytes.value();
    traffic.active += counters.active.value();
    traffic.inactive += counters.inactive.value();
  }
  return traffic;
}

metrics::ServerFacts server_facts(const ServerView& view, const ServiceKey& service,
                                  const ReportContext& context) {
  const Standing& standing = context.services.standing(view);
  const std::uint32_t weight = effective_weight(view.server.share(), standing);
  const bool is_resolved = view.server.mac || context.mac_of(view.server.address);
  const bool serves = is_resolved && standing.role == Standing::Role::serves;
  const HealthWatch::Server* watched = context.health.find(service, view.server.address);
  const bool holds = watched == nullptr || watched->health.state() == health::State::up;
  metrics::ServerFacts facts{.name = view.server.name,
                             .address = view.server.address,
                             .weight = weight,
                             .up = is_resolved && holds,
                             .available = serves && weight > 0,
                             .persistent = 0,
                             .traffic = traffic_of(view),
                             .checks = {}};
  if (watched != nullptr) facts.checks = check_facts(context.health, *watched);
  for (const Counter& persistent : *view.persistent) facts.persistent += persistent.value();
  return facts;
}

metrics::ServiceFacts service_facts(const ServiceView& view, const ReportContext& context,
                                    TrafficHistory& history) {
  metrics::ServiceFacts facts{
      .name = view.name,
      .protocol = view.key.protocol == config::Protocol::tcp ? "tcp" : "udp",
      .address = view.key.address,
      .port = view.key.port,
      .traffic = {},
      .servers = {}};
  std::vector<std::pair<DestinationId, Traffic>> traffic;
  for (const ServerView& server : view.servers) {
    traffic.emplace_back(server.id, traffic_of(server));
    const bool is_idle = context.services.standing(server).role != Standing::Role::serves;
    if (!server.is_sorry || !is_idle)
      facts.servers.push_back(server_facts(server, view.key, context));
  }
  facts.traffic = history.total(view.key, traffic);
  return facts;
}

metrics::PortFacts port_facts(const PlantPort& port) {
  const EthdevStats stats = port.ethdev->stats();
  return {.name = port.config->name,
          .link_up = port.ethdev->link_up(),
          .received_frames = stats.rx_packets,
          .received_bytes = stats.rx_bytes,
          .sent_frames = stats.tx_packets,
          .sent_bytes = stats.tx_bytes,
          .missed = stats.rx_missed,
          .receive_errors = stats.rx_errors,
          .transmit_errors = stats.tx_errors,
          .no_buffer = stats.rx_no_mbuf};
}

metrics::WorkerFacts worker_facts(const datapath::WorkerCounters& counters, double busy_ratio) {
  metrics::WorkerFacts facts{
      .busy_seconds = static_cast<double>(counters.busy_nanoseconds.value()) / 1e9,
      .busy_ratio = busy_ratio,
      .turns = counters.turns.value(),
      .sleeps = counters.sleeps.value(),
      .frames = counters.frames.value(),
      .handovers = counters.handovers.value(),
      .bursts = {}};
  for (std::size_t i = 0; i < facts.bursts.size(); ++i) facts.bursts[i] = counters.bursts.count(i);
  return facts;
}

double seconds_since_1970(std::chrono::steady_clock::time_point moment) {
  const auto age = std::chrono::steady_clock::now() - moment;
  const auto then = std::chrono::system_clock::now().time_since_epoch() - age;
  return std::chrono::duration<double>(then).count();
}

}  // namespace

metrics::Facts metrics_facts(const ReportContext& context, TrafficHistory& history) {
  const Plant& plant = context.plant;
  metrics::Facts facts;
  facts.version = version;
  facts.started_at = seconds_since_1970(context.started);
  facts.reload.successful = context.configuration.last_reload_succeeded();
  facts.reload.succeeded_at =
      std::chrono::duration<double>(context.configuration.read_at().time_since_epoch()).count();
  facts.generation = plant.workers.front().counters->snapshot_generation.value();
  facts.table.capacity = plant.table_capacity;
  for (const ServiceView& service : context.services.services())
    facts.services.push_back(service_facts(service, context, history));
  facts.vrrp = vrrp_facts(context.mastership);
  for (const PlantPort& port : plant.ports) facts.ports.push_back(port_facts(port));
  for (std::size_t id = 0; id < plant.workers.size(); ++id) {
    const datapath::WorkerCounters& counters = *plant.workers[id].counters;
    facts.workers.push_back(worker_facts(counters, context.busy.ratio(id)));
    facts.table.entries += counters.table_entries.value();
    facts.table.evictions += counters.evictions();
    for (std::size_t i = 0; i < facts.verdicts.size(); ++i)
      facts.verdicts[i] += counters.verdicts[i].value();
  }
  if (context.sync)
    facts.sync = sync_facts(
        *context.sync,
        std::chrono::duration<double>(std::chrono::steady_clock::now() - context.started).count());
  return facts;
}

}  // namespace drover::control
