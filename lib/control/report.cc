// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/report.h"

#include <algorithm>
#include <map>

#include "lib/config/admin_state.h"
#include "lib/control/failover_report.h"
#include "lib/control/health_report.h"
#include "version.h"

namespace drover::control {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

api::Server report_server(const ServiceView& service, const ServerView& view,
                          const ReportContext& context) {
  const Standing& standing = context.services.standing(view);
  api::Server server{
      .name = view.server.name,
      .address = view.server.address,
      .port = service.key.port,
      .weight = effective_weight(view.server.share(), standing),
      .upper_threshold = view.server.upper_threshold,
      .lower_threshold = view.server.lower_threshold,
      .totals = context.zeroed.since_zero(view),
      .mac = view.server.mac ? view.server.mac : context.mac_of(view.server.address),
      .admin_state = std::string(to_string(view.server.state)),
      .changed = context.configuration.is_changed(service.name, view.server.address)};
  for (const datapath::DestinationCounters& counters : *view.counters) {
    server.active += counters.active.value();
    server.inactive += counters.inactive.value();
  }
  for (const Counter& persistent : *view.persistent) server.persistent += persistent.value();
  report_health(context.health, service.key, standing, std::chrono::steady_clock::now(), server);
  return server;
}

// As ipvsadm prints them.
std::vector<std::string> flags_of(const ServiceView& view) {
  std::string flags;
  for (const auto flag : {config::SchedulerFlag::fallback, config::SchedulerFlag::port})
    if (std::ranges::find(view.flags, flag) != view.flags.end())
      flags += (flags.empty() ? "" : ",") + view.scheduler +
               (flag == config::SchedulerFlag::port ? "-port" : "-fallback");
  std::vector<std::string> shown = view.shown_flags;
  if (!flags.empty()) shown.insert(shown.begin(), "(" + flags + ")");
  return shown;
}

api::Service report_service(const ServiceView& view, const ReportContext& context) {
  api::Service service{.name = view.name,
                       .protocol = view.key.protocol == config::Protocol::tcp ? "TCP" : "UDP",
                       .address = view.key.address,
                       .port = view.key.port,
                       .scheduler = view.scheduler,
                       .flags = flags_of(view),
                       .totals = {},
                       .servers = {}};
  for (const ServerView& server : view.servers) {
    if (server.is_sorry && context.services.standing(server).role != Standing::Role::serves)
      continue;
    service.servers.push_back(report_server(view, server, context));
    const api::Totals& totals = service.servers.back().totals;
    service.totals.connections += totals.connections;
    service.totals.packets += totals.packets;
    service.totals.bytes += totals.bytes;
  }
  return service;
}

api::Timeouts report_timeouts(const config::Timeouts& timeouts) {
  const auto seconds = [](config::Milliseconds time) {
    return static_cast<std::uint32_t>(time.count() / 1000);
  };
  return {.tcp_established_seconds = seconds(timeouts.tcp_established),
          .tcp_fin_wait_seconds = seconds(timeouts.tcp_fin_wait),
          .udp_seconds = seconds(timeouts.udp)};
}

api::Port report_port(const PlantPort& port, std::uint64_t host_dropped) {
  const EthdevStats stats = port.ethdev->stats();
  return {.name = port.config->name,
          .driver = port.ethdev->driver(),
          .device = port.config->device,
          .kernel_interface = port.driver->kernel_interface(),
          .mac = port.ethdev->mac(),
          .mtu = port.ethdev->mtu(),
          .link = {.up = port.ethdev->link_up()},
          .queues = port.ethdev->queues(),
          .received = stats.rx_packets,
          .sent = stats.tx_packets,
          .missed = stats.rx_missed,
          .errors = stats.rx_errors + stats.tx_errors,
          .no_mbuf = stats.rx_no_mbuf,
          .host_dropped = host_dropped,
          .numa_node = port.numa_node};
}

void report_workers(const ReportContext& context, api::Status& status) {
  for (const std::string_view what : flow::eviction_names)
    status.table.evicted.push_back({.name = std::string(what)});
  for (std::size_t id = 0; id < context.plant.workers.size(); ++id) {
    const PlantWorker& worker = context.plant.workers[id];
    const datapath::WorkerCounters& counters = *worker.counters;
    status.workers.push_back({.id = static_cast<std::uint32_t>(id),
                              .lcore = worker.lcore,
                              .core = worker.core,
                              .busy_ratio = context.busy.ratio(id),
                              .bursts = counters.bursts.total(),
                              .sleeps = counters.sleeps.value(),
                              .numa_node = worker.numa_node});
    status.table.entries += counters.table_entries.value();
    for (std::size_t i = 0; i < counters.table_evictions.size(); ++i)
      status.table.evicted[i].count += counters.table_evictions[i].value();
    status.table.unplaced += counters.value(datapath::Verdict::forwarded_unkept);
    status.table.insert_stops += counters.insert_stops.value();
  }
}

api::Counters report_verdicts(const std::vector<PlantWorker>& workers) {
  api::Counters verdicts;
  for (std::size_t i = 0; i < datapath::verdict_count; ++i) {
    const auto verdict = static_cast<datapath::Verdict>(i);
    api::Counter counter{.name = std::string(datapath::name(verdict))};
    for (const PlantWorker& worker : workers) counter.count += worker.counters->value(verdict);
    verdicts.push_back(std::move(counter));
  }
  return verdicts;
}

std::vector<api::ServerMac> report_macs(const ReportContext& context) {
  std::map<IpAddress, api::ServerMac> by_address;
  for (const ServiceView& service : context.services.services())
    for (const ServerView& server : service.servers) {
      api::ServerMac& line = by_address[server.server.address];
      line.address = server.server.address;
      line.mac = server.server.mac ? server.server.mac : context.mac_of(line.address);
      line.mac_source = server.server.mac ? api::MacSource::file
                        : line.mac        ? api::MacSource::kernel
                                          : api::MacSource::unresolved;
    }
  std::vector<api::ServerMac> lines;
  lines.reserve(by_address.size());
  for (const auto& [address, line] : by_address) lines.push_back(line);
  return lines;
}

std::vector<api::AddressConflict> report_conflicts(const ReportContext& context) {
  std::vector<api::AddressConflict> conflicts;
  for (const auto& [who, claim] : context.conflicts.claims())
    conflicts.push_back({.vip = who.first,
                         .mac = who.second,
                         .server = server_at(context.services, context.mac_of, who.second),
                         .frames = claim.frames,
                         .seconds_ago = seconds_since(claim.last)});
  return conflicts;
}

}  // namespace

std::optional<IpAddress> server_at(const SnapshotBuilder& services, const MacOf& mac_of,
                                   const MacAddress& mac) {
  for (const ServiceView& service : services.services())
    for (const ServerView& server : service.servers)
      if ((server.server.mac ? server.server.mac : mac_of(server.server.address)) == mac)
        return server.server.address;
  return std::nullopt;
}

void BusyMeter::sample(const std::vector<PlantWorker>& workers, Clock::time_point now) {
  const auto elapsed = std::chrono::duration<double, std::nano>(now - last_).count();
  ratios_.resize(workers.size());
  busy_nanoseconds_.resize(workers.size());
  for (std::size_t i = 0; i < workers.size(); ++i) {
    const std::uint64_t busy = workers[i].counters->busy_nanoseconds.value();
    ratios_[i] = std::min(1.0, static_cast<double>(busy - busy_nanoseconds_[i]) / elapsed);
    busy_nanoseconds_[i] = busy;
  }
  last_ = now;
}

api::Services report_services(const ReportContext& context) {
  api::Services reply{.version = version,
                      .uptime_seconds = seconds_since(context.started),
                      .capacity = context.plant.table_capacity,
                      .timeouts = report_timeouts(context.configuration.config().timeouts),
                      .services = {}};
  for (const ServiceView& service : context.services.services())
    reply.services.push_back(report_service(service, context));
  return reply;
}

api::Status report_status(const ReportContext& context) {
  api::Status status;
  status.version = version;
  const config::Config& config = context.configuration.config();
  if (config.node) status.node = config.nodes[*config.node].name;
  status.uptime_seconds = seconds_since(context.started);
  status.generation = context.plant.workers.front().counters->snapshot_generation.value();
  status.memory = {.hugepages = context.plant.hugepages, .table_pages = context.plant.table_pages};
  for (std::size_t i = 0; i < context.plant.ports.size(); ++i)
    status.ports.push_back(report_port(context.plant.ports[i], context.bridge.dropped(i)));
  status.table.capacity = context.plant.table_capacity;
  report_workers(context, status);
  status.verdicts = report_verdicts(context.plant.workers);
  status.servers = report_macs(context);
  status.configuration = context.configuration.report();
  status.address_conflicts = report_conflicts(context);
  status.failover = report_failover(context.mastership, context.plant);
  status.sync = context.sync;
  status.notes = context.notes;
  return status;
}

}  // namespace drover::control
