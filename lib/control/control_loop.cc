// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/control_loop.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <optional>
#include <set>
#include <utility>

#include "lib/base/log.h"
#include "lib/base/service_manager.h"
#include "lib/control/api_router.h"
#include "lib/control/api_routes_configuration.h"
#include "lib/control/api_routes_failover.h"
#include "lib/control/api_routes_report.h"
#include "lib/control/api_server.h"
#include "lib/control/api_tls_server.h"
#include "lib/control/connection_lister.h"
#include "lib/control/connection_sync.h"
#include "lib/control/event_log.h"
#include "lib/control/event_source.h"
#include "lib/control/event_streams.h"
#include "lib/control/far_workers.h"
#include "lib/control/file_reader.h"
#include "lib/control/flow_lookup.h"
#include "lib/control/grown_tables.h"
#include "lib/control/health_watch.h"
#include "lib/control/host_bridge.h"
#include "lib/control/host_checks.h"
#include "lib/control/link_watch.h"
#include "lib/control/live_configuration.h"
#include "lib/control/mastership.h"
#include "lib/control/metrics_endpoint.h"
#include "lib/control/metrics_facts.h"
#include "lib/control/neighbour_table.h"
#include "lib/control/neighbour_watch.h"
#include "lib/control/packet_streams.h"
#include "lib/control/port_facts.h"
#include "lib/control/report.h"
#include "lib/control/role_programs.h"
#include "lib/control/service_facts.h"
#include "lib/control/signals.h"
#include "lib/control/snapshot_builder.h"
#include "lib/control/steering.h"
#include "lib/control/tracking.h"
#include "lib/control/vip_checks.h"
#include "lib/control/vip_conflicts.h"
#include "lib/control/vip_watch.h"
#include "lib/control/worker_watch.h"
#include "lib/control/zeroed_counters.h"

namespace drover::control {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t events_kept = 1024;

}  // namespace

class ControlLoop::Loop {
 public:
  explicit Loop(config::Running running)
      : configuration_(
            std::move(running), [this](const config::Config& config) { return follow(config); },
            [this](FileReader::Load load, FileReader::Done done) {
              file_reader_.read(std::move(load), std::move(done));
            },
            events_),
        builder_(configuration_.config().workers.count),
        tables_(configuration_.config(), configuration_.config().workers.count),
        publish_soon_(io_, [this] { publish(); }),
        publish_later_(io_, [this] { publish(); }),
        every_second_(io_, [this] { second_passed(); }) {}

  Result<void> open() {
    ApiRouter router;
    add_report_routes(
        router, [this] { return context(); },
        [this](ApiReply reply) { lister_->list(std::move(reply)); });
    add_packet_routes(router, [this]() -> PacketStreams& { return *packet_streams_; });
    router.add("GET", "/v1/lookup", [this](const ApiRequest& request, ApiReply reply) {
      lookup_->serve(request, std::move(reply));
    });
    router.add("GET", "/v1/events", [this](const ApiRequest& request, ApiReply reply) {
      event_streams_.serve(request, std::move(reply));
    });
    add_failover_routes(router, [this]() -> Mastership& { return *mastership_; });
    add_configuration_routes(router, configuration_,
                             [this](const std::string& service) { zero(service); });
    auto api = ApiServer::listen(io_, configuration_.config().api.socket, router);
    if (!api) return tl::unexpected(api.error());
    if (configuration_.config().api.listen) {
      auto remote = ApiTlsServer::listen(io_, configuration_.config().api, std::move(router));
      if (!remote) return tl::unexpected(remote.error());
      remote_api_.emplace(std::move(*remote));
    }
    auto neighbours =
        NeighbourTable::open(io_, [this](const IpAddress& address, std::optional<MacAddress> mac) {
          neighbour_changed(address, mac);
        });
    if (!neighbours) return tl::unexpected(neighbours.error());
    api_.emplace(std::move(*api));
    neighbours_.emplace(std::move(*neighbours));
    return open_metrics();
  }

  Result<void> attach(const Plant& plant) {
    plant_ = &plant;
    lister_.emplace(io_, plant, builder_);
    packet_streams_.emplace(io_, plant, builder_, mac_of_);
    lookup_.emplace(plant, builder_);
    steering_.emplace(plant);
    neighbour_watch_.emplace(io_, *neighbours_, plant, builder_);
    health_.emplace(io_, check_routes(), events_, [this] { health_changed(); });
    mastership_.emplace(io_, plant, events_);
    mastership_->on_change([this](const Mastership::Change& change) { role_changed(change); });
    if (auto served = serve(configuration_.config()); !served) return served;
    return open_sync();
  }

  Result<void> start_steering() {
    if (auto admitted = steering_->admit(vips_of(configuration_.config())); !admitted)
      return admitted;
    if (auto started = mastership_->start(); !started) return started;
    tracking_.emplace(
        io_, configuration_.config(),
        Tracking::Sources{
            .link_up = [this](std::size_t port) { return plant_->ports[port].ethdev->link_up(); },
            .percent_up =
                [this](const std::string& service) { return percent_up(builder_, service); }},
        [this](std::size_t instance, std::uint8_t priority, const std::string& fault) {
          mastership_->set_tracked(instance, priority, fault);
        });
    return {};
  }

  void run() {
    bridge_.emplace(io_, *plant_);
    const Signals signals(
        io_, [this] { mastership_->leave([this] { io_.stop(); }); },
        [this] { reload_at_signal(); });
    Readable rung(io_, FileDescriptor(dup(doorbell_.descriptor())), [this] { doorbell_rang(); });
    second_passed();
    events_.post(EventKind::daemon, log::Level::info, "droverd", "has started");
    io_.run();
    log::info("stopping");
    mastership_->end();
    service_manager_.stopping();
    api_.reset();
    remote_api_.reset();
    metrics_.reset();
    bridge_.reset();
  }

  Doorbell& doorbell() { return doorbell_; }

 private:
  // The data path follows a new configuration. A frame for a new VIP comes only once it is steered
  // here, and by then the workers have a snapshot with it.
  Result<void> follow(const config::Config& config) {
    if (auto free = check_vips_are_not_local(config); !free) return free;
    const auto vips = vips_of(config);
    if (auto admitted = steering_->admit(vips); !admitted) return admitted;
    if (auto served = serve(config); !served) {
      steering_->settle(vips_of(configuration_.config()));
      return served;
    }
    steering_->settle(vips);
    return {};
  }

  Result<void> serve(const config::Config& config) {
    if (auto up = vip_checks_->put_up(config, kernel_interfaces(*plant_)); !up) return up;
    if (auto configured = builder_.configure(config, port_facts(*plant_), Clock::now());
        !configured)
      return configured;
    vip_checks_->configure(config);
    if (auto configured = mastership_->configure(config); !configured) return configured;
    builder_.set_roles(mastership_->roles());
    if (auto grown = tables_.fit(config); !grown)
      events_.post(EventKind::reload, log::Level::warning, "connections", to_string(grown.error()));
    builder_.set_tables(tables_.memory());
    health_->configure(config, builder_, Clock::now());
    if (sync_) sync_->configured();
    watch_neighbours();
    for (const ReachedServer& peer : builder_.peers())
      if (const auto mac = mac_of_(peer.address)) mastership_->found(peer.address, *mac);
    publish();
    return {};
  }

  Result<void> open_sync() {
    const config::Config& config = configuration_.config();
    if (!config.failover || !config.failover->sync) return {};
    auto sync = ConnectionSync::open(
        io_, config, *plant_, builder_, events_,
        {.publish = [this] { publish(); }, .ready = [this] { mastership_->may_take_over(); }});
    if (!sync) return tl::unexpected(sync.error());
    sync_ = std::move(*sync);
    mastership_->hold_back("it waits for the other balancer's connections");
    mastership_->before_handover([this](const Mastership::Done& done) {
      sync_->flush();
      done();
    });
    return {};
  }

  void reload_at_signal() {
    service_manager_.reloading();
    configuration_.reload("SIGHUP", [this](const ResultOrErrors<api::Differences>&) {
      service_manager_.ready("forwarding");
    });
  }

  void zero(const std::string& service) {
    for (const ServiceView& view : builder_.services())
      if (service.empty() || view.name == service) zeroed_.zero(view);
  }

  Result<void> open_metrics() {
    const auto& wanted = configuration_.config().metrics;
    if (!wanted) return {};
    auto metrics = MetricsEndpoint::open(
        io_, wanted->listen,
        {.facts = [this] { return metrics_facts(context(), traffic_history_); },
         .sickness = [this] { return worker_watch_.complaint(); },
         .unreadiness = [this] { return why_not_ready(*plant_); }});
    if (!metrics) return tl::unexpected(metrics.error());
    metrics_.emplace(std::move(*metrics));
    return {};
  }

  health::Monitor::Routes check_routes() const {
    return {.real = health::make_real_route(configuration_.config().own_addresses()),
            .vip = vip_checks_};
  }

  void role_changed(const Mastership::Change& change) {
    const config::Config& config = configuration_.config();
    role_programs_.changed(config.failover->vrrp[change.instance], change.is_master, change.reason,
                           config.node ? config.nodes[*config.node].name : "");
  }

  void watch_neighbours() {
    neighbour_watch_->follow(Clock::now());
    vip_watch_.watch(kernel_interfaces(*plant_), vip_addresses(builder_));
  }

  void vip_claimed(const IpAddress& vip, const MacAddress& mac) {
    std::set<MacAddress> balancers = builder_.balancers(mac_of_);
    balancers.merge(mastership_->balancer_macs());
    conflicts_.allow(std::move(balancers));
    if (!conflicts_.heard(vip, mac, Clock::now())) return;
    const auto server = server_at(builder_, mac_of_, mac);
    events_.post(
        EventKind::address_conflict, log::Level::warning, fmt::format("VIP {}", to_string(vip)),
        server ? fmt::format("the real server {} at {} answers for it; run 'realserver {}' "
                             "there",
                             to_string(*server), to_string(mac), to_string(vip))
               : fmt::format("another machine claims it: {}", to_string(mac)));
  }

  bool is_peer(const IpAddress& address) const {
    return std::ranges::find(builder_.peers(), address, &ReachedServer::address) !=
           builder_.peers().end();
  }

  void neighbour_changed(const IpAddress& address, std::optional<MacAddress> mac) {
    events_.post(
        EventKind::neighbour, log::Level::info,
        fmt::format("{} {}", is_peer(address) ? "balancer" : "real server", to_string(address)),
        mac ? "its MAC address is " + to_string(*mac) : "has no MAC address yet");
    if (mac) mastership_->found(address, *mac);
    publish_soon_.set(Clock::now());
  }

  // Servers that fail together make one snapshot.
  void health_changed() {
    if (!std::exchange(health_changed_, true))
      publish_soon_.set(Clock::now() + std::chrono::milliseconds(10));
  }

  void publish() {
    health_changed_ = false;
    const Clock::time_point now = Clock::now();
    health_->apply(builder_, now);
    if (neighbour_watch_->is_behind(now)) watch_neighbours();
    plant_->snapshots->publish(builder_.build(mac_of_, now));
    vip_checks_->follow(builder_, mac_of_, [this](const ReachedServer& server) {
      return neighbour_watch_->neighbour_of(server).interface;
    });
    std::optional<Clock::time_point> next = builder_.next_change(now);
    if (const auto change = health_->next_change(now))
      next = std::min(next.value_or(*change), *change);
    if (next) publish_later_.set(*next);
    warn_of_refused_servers();
  }

  void warn_of_refused_servers() {
    for (const IpAddress& server : builder_.refused_servers())
      if (!warned_of_.contains(server))
        events_.post(EventKind::neighbour, log::Level::warning,
                     fmt::format("real server {}", to_string(server)), refusal);
    warned_of_ = builder_.refused_servers();
  }

  static constexpr const char* refusal =
      "its MAC address is a balancer's, so nothing is sent to it";

  void doorbell_rang() {
    doorbell_.answer();
    bool more = bridge_->drain_workers();
    for (const PlantWorker& worker : plant_->workers) {
      std::array<datapath::WorkerEvent, 64> events;
      const unsigned count = worker.crossing->events.pop_some(events);
      for (unsigned i = 0; i < count; ++i)
        neighbours_->resolve(builder_.server(events[i].destination));
      more |= count == events.size();
    }
    if (sync_) more |= sync_->workers_rang();
    lister_->rows_arrived();
    more |= packet_streams_->records_arrived();
    lookup_->answers_arrived();
    if (more) doorbell_.ring();
  }

  void second_passed() {
    busy_.sample(plant_->workers, Clock::now());
    worker_watch_.look(turns_of(*plant_), Clock::now());
    feed_watchdog();
    plant_->snapshots->reclaim();
    link_watch_.look(*plant_);
    every_second_.set(Clock::now() + std::chrono::seconds(1));
  }

  // Starved while a worker hangs: the service manager then starts droverd anew.
  void feed_watchdog() {
    if (const std::string complaint = worker_watch_.complaint(); complaint.empty())
      service_manager_.alive();
    else
      service_manager_.status(complaint);
  }

  ReportContext context() {
    return {.configuration = configuration_,
            .plant = *plant_,
            .services = builder_,
            .health = *health_,
            .busy = busy_,
            .bridge = *bridge_,
            .zeroed = zeroed_,
            .mac_of = mac_of_,
            .conflicts = conflicts_,
            .mastership = *mastership_,
            .started = started_,
            .sync = sync_ ? std::optional(sync_->report()) : std::nullopt,
            .notes = notes()};
  }

  std::vector<std::string> notes() const {
    std::vector<std::string> notes{
        "the VIPs do not answer what is asked from this host, the balancer itself: ask from "
        "another "
        "host, or ask a real server by its own address"};
    for (const IpAddress& server : builder_.refused_servers())
      notes.push_back(fmt::format("real server {}: {}", to_string(server), refusal));
    notes.insert(notes.end(), mastership_->notes().begin(), mastership_->notes().end());
    std::ranges::move(far_workers(*plant_), std::back_inserter(notes));
    if (!plant_->hugepages)
      notes.emplace_back(
          "runs without hugepages, slower; 'echo 256 > /proc/sys/vm/nr_hugepages'"
          " and a restart give it some");
    return notes;
  }

  const Plant* plant_ = nullptr;
  Clock::time_point started_ = Clock::now();
  Doorbell doorbell_;
  boost::asio::io_context io_{1};
  EventLog events_{events_kept, [] { return std::chrono::system_clock::now(); }};
  EventStreams event_streams_{io_, events_};
  FileReader file_reader_{io_};
  LiveConfiguration configuration_;
  VipConflicts conflicts_;
  VipWatch vip_watch_{
      io_, [this](const IpAddress& vip, const MacAddress& mac) { vip_claimed(vip, mac); }};
  SnapshotBuilder builder_;
  GrownTables tables_;
  BusyMeter busy_;
  ZeroedCounters zeroed_;
  WorkerWatch worker_watch_;
  const ServiceManager service_manager_ = ServiceManager::from_environment();
  TrafficHistory traffic_history_;
  LinkWatch link_watch_{events_};
  std::set<IpAddress> warned_of_;
  Alarm publish_soon_;
  Alarm publish_later_;
  Alarm every_second_;
  std::optional<NeighbourTable> neighbours_;
  std::optional<NeighbourWatch> neighbour_watch_;
  std::optional<Steering> steering_;
  std::shared_ptr<VipChecks> vip_checks_ = std::make_shared<VipChecks>(io_);
  std::optional<HealthWatch> health_;
  std::optional<Mastership> mastership_;
  std::optional<Tracking> tracking_;
  RolePrograms role_programs_{io_, events_};
  bool health_changed_ = false;  // since the last snapshot
  std::optional<HostBridge> bridge_;
  std::optional<ConnectionLister> lister_;
  std::optional<PacketStreams> packet_streams_;
  std::optional<FlowLookup> lookup_;
  std::unique_ptr<ConnectionSync> sync_;
  std::optional<ApiServer> api_;
  std::optional<ApiTlsServer> remote_api_;
  std::optional<MetricsEndpoint> metrics_;
  MacOf mac_of_ = [this](const IpAddress& address) { return neighbours_->mac(address); };
};

ControlLoop::ControlLoop(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
ControlLoop::~ControlLoop() = default;

Result<std::unique_ptr<ControlLoop>> ControlLoop::open(config::Running running) {
  auto loop = std::make_unique<Loop>(std::move(running));
  if (auto opened = loop->open(); !opened) return tl::unexpected(opened.error());
  return std::unique_ptr<ControlLoop>(new ControlLoop(std::move(loop)));
}

Doorbell& ControlLoop::doorbell() {
  return loop_->doorbell();
}
Result<void> ControlLoop::attach(const Plant& plant) {
  return loop_->attach(plant);
}
Result<void> ControlLoop::start_steering() {
  return loop_->start_steering();
}
void ControlLoop::run() {
  loop_->run();
}

}  // namespace drover::control
