// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/connection_sync.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <set>
#include <utility>

#include "lib/control/sync_report.h"

namespace drover::control {
namespace {

using Clock = std::chrono::steady_clock;

// How soon the socket is looked at again when the workers had no room for what it brought.
constexpr std::chrono::milliseconds pause_time{1};
constexpr std::chrono::milliseconds longest_sleep{250};

std::vector<datapath::Crossing*> crossings_of(const Plant& plant) {
  std::vector<datapath::Crossing*> crossings;
  for (const PlantWorker& worker : plant.workers) crossings.push_back(worker.crossing);
  return crossings;
}

std::vector<ScaledPort> scaled_ports(const Plant& plant) {
  std::vector<ScaledPort> ports;
  for (const PlantPort& port : plant.ports)
    ports.push_back({port.ethdev->queues(), port.ethdev->scaling()});
  return ports;
}

std::uint64_t random_boot() {
  std::uint64_t boot = 0;
  while (boot == 0)
    if (getrandom(&boot, sizeof boot, 0) != sizeof boot)
      boot = static_cast<std::uint64_t>(Clock::now().time_since_epoch().count());
  return boot;
}

std::set<IpAddress> own_addresses(const config::Config& config) {
  std::set<IpAddress> own;
  for (const IpInterface& address : config.own_addresses()) own.insert(address.address);
  for (const config::Port& port : config.ports)
    for (const IpInterface& address : port.addresses) own.insert(address.address);
  return own;
}

// An own address of the family, so that several daemons on one machine do not meet.
IpAddress local_address(const config::Config& config, bool is_v6) {
  for (const IpAddress& own : own_addresses(config))
    if (own.is_v6() == is_v6) return own;
  return is_v6 ? IpAddress(Ipv6Address()) : IpAddress(Ipv4Address());
}

}  // namespace

std::vector<IpAddress> sync_peers(const config::Config& config) {
  std::vector<IpAddress> peers;
  if (!config.failover || !config.failover->sync || config.failover->sync->key_file.empty())
    return peers;
  const std::set<IpAddress> own = own_addresses(config);
  for (const IpAddress& peer : config.failover->sync->peers)
    if (!own.contains(peer)) peers.push_back(peer);
  if (!config.failover->sync->peers.empty()) return peers;
  for (std::size_t i = 0; i < config.nodes.size(); ++i)
    if (i != config.node && !config.nodes[i].addresses.empty())
      peers.push_back(config.nodes[i].addresses.front().address);
  return peers;
}

ConnectionSync::ConnectionSync(boost::asio::io_context& loop, const config::Config& config,
                               const Plant& plant, SnapshotBuilder& builder, EventLog& events,
                               Callbacks callbacks)
    : loop_(loop),
      config_(*config.failover->sync),
      plant_(plant),
      builder_(builder),
      events_(events),
      callbacks_(std::move(callbacks)),
      directory_(builder),
      bridge_(crossings_of(plant), flow_owner(scaled_ports(plant), builder)),
      alarm_(loop, [this] { tick(); }) {}

Result<std::unique_ptr<ConnectionSync>> ConnectionSync::open(
    boost::asio::io_context& loop, const config::Config& config, const Plant& plant,
    SnapshotBuilder& builder, EventLog& events, Callbacks callbacks) {
  std::unique_ptr<ConnectionSync> sync(
      new ConnectionSync(loop, config, plant, builder, events, std::move(callbacks)));
  if (auto started = sync->start(config); !started) return tl::unexpected(started.error());
  return sync;
}

Result<void> ConnectionSync::start(const config::Config& config) {
  directory_.update();
  if (!config_.key_file.empty())
    if (auto started = start_exchange(config); !started) return started;
  if (config_.ipvs)
    if (auto started = start_ipvs(config); !started) return started;
  set_reporting();
  alarm_.set(Clock::now());
  return {};
}

Result<void> ConnectionSync::start_exchange(const config::Config& config) {
  const std::vector<IpAddress> peers = sync_peers(config);
  auto key = failover::SyncKey::read(config_.key_file);
  if (!key) return tl::unexpected(key.error());
  std::vector<IpAddress> own;
  for (const IpAddress& peer : peers) own.push_back(local_address(config, peer.is_v6()));
  exchange_.emplace(SyncSettings{.peers = peers,
                                 .own = std::move(own),
                                 .port = config_.port,
                                 .has_ipvs = config_.ipvs.has_value(),
                                 .key = std::move(*key),
                                 .boot = random_boot(),
                                 .wait = config_.wait,
                                 .workers = plant_.workers.size()},
                    directory_, actions(), Clock::now());
  for (const bool is_v6 : {false, true}) {
    if (std::ranges::none_of(peers, [&](const IpAddress& peer) { return peer.is_v6() == is_v6; }))
      continue;
    auto socket =
        SyncSocket::open(loop_, {.local = local_address(config, is_v6), .port = config_.port},
                         [this](const IpAddress& from, std::span<const std::uint8_t> datagram) {
                           exchange_->hear(from, datagram, Clock::now());
                           pause_if_full();
                         });
    if (!socket) return tl::unexpected(socket.error());
    sockets_.push_back(std::move(*socket));
  }
  return {};
}

Result<void> ConnectionSync::start_ipvs(const config::Config& config) {
  const config::IpvsSync& ipvs = *config_.ipvs;
  ipvs_.emplace(
      ipvs, directory_,
      IpvsExchange::Actions{
          .send = [this](
                      const IpAddress& to,
                      std::span<const std::uint8_t> message) { ipvs_socket_->send(to, message); },
          .receive = [this](const datapath::FlowRecord& record) { bridge_.deliver(record); }});
  std::size_t on = 0;
  for (std::size_t i = 0; i < config.ports.size(); ++i)
    if (config.ports[i].name == ipvs.on) on = i;
  const bool is_v6 = ipvs.group.is_v6();
  SyncSocketSettings settings{.local = is_v6 ? IpAddress(Ipv6Address()) : IpAddress(Ipv4Address()),
                              .port = ipvs.port};
  if (!ipvs.unicast) {
    settings.group = ipvs.group;
    settings.interface = plant_.ports[on].driver->kernel_interface();
  }
  auto socket = SyncSocket::open(
      loop_, settings, [this](const IpAddress& from, std::span<const std::uint8_t> message) {
        ipvs_->hear(from, message);
        pause_if_full();
      });
  if (!socket) return tl::unexpected(socket.error());
  ipvs_socket_ = std::move(*socket);
  return {};
}

SyncActions ConnectionSync::actions() {
  return {.send = [this](const IpAddress& peer,
                         std::span<const std::uint8_t> datagram) { send(peer, datagram); },
          .receive = [this](const datapath::FlowRecord& record) { bridge_.deliver(record); },
          .order_table = [this] { bridge_.order_table(); },
          .peers_changed = [this] { set_reporting(); },
          .event =
              [this](log::Level level, const IpAddress& peer, const std::string& text) {
                events_.post(EventKind::sync, level, fmt::format("balancer {}", to_string(peer)),
                             text);
              }};
}

void ConnectionSync::send(const IpAddress& peer, std::span<const std::uint8_t> datagram) {
  // One that is not sent is missed by its number, and asked for with all others.
  const std::size_t of_v6 = sockets_.size() - 1;
  sockets_[peer.is_v6() ? of_v6 : 0]->send(peer, datagram);
}

void ConnectionSync::pause_if_full() {
  if (has_room()) return;
  pause(true);
  alarm_.set(Clock::now() + pause_time);
}

bool ConnectionSync::has_room() const {
  return bridge_.has_room(std::max(SyncExchange::most_records, IpvsExchange::most_records) + 1);
}

void ConnectionSync::pause(bool paused) {
  paused_ = paused;
  for (const auto& socket : sockets_) socket->pause(paused);
  if (ipvs_socket_) ipvs_socket_->pause(paused);
}

void ConnectionSync::set_reporting() {
  using datapath::FlowReporting;
  const bool is_heard = exchange_ && exchange_->has_listener(Clock::now());
  const auto wanted = is_heard ? FlowReporting::ahead
                      : ipvs_  ? FlowReporting::on
                               : FlowReporting::off;
  const bool has_other_order = set_record_order();
  if (wanted == std::exchange(reporting_, wanted) && !has_other_order) return;
  builder_.set_flow_reporting(wanted, config_.refresh);
  callbacks_.publish();
}

// True if it is another one.
bool ConnectionSync::set_record_order() {
  if (!exchange_) return false;
  RecordSeal seal = exchange_->record_seal(Clock::now());
  if (seal == seal_) return false;
  builder_.set_record_order(exchange_->record_order(seal));
  seal_ = std::move(seal);
  return true;
}

void ConnectionSync::configured() {
  directory_.update();
  set_record_order();
}

bool ConnectionSync::workers_rang() {
  const Clock::time_point now = Clock::now();
  const bool more = bridge_.drain([&](const datapath::FlowRecord& record) {
    if (exchange_) exchange_->tell(record, now);
    if (ipvs_) ipvs_->tell(record, now);
  });
  if (exchange_) exchange_->flush();
  bridge_.acknowledge();
  distrust_scaling();
  if (ipvs_ && ipvs_->next() && !ipvs_waits_) {
    ipvs_waits_ = true;
    alarm_.set(paused_ ? now + pause_time : *ipvs_->next());
  }
  return more;
}

// What came so far may be with workers that do not see its flows.
void ConnectionSync::distrust_scaling() {
  if (!bridge_.is_owner_refuted() || std::exchange(distrusts_scaling_, true)) return;
  events_.post(EventKind::sync, log::Level::warning, "receive side scaling",
               "a port spreads flows over the workers otherwise than it says; what other balancers "
               "tell goes to every worker");
  if (exchange_) exchange_->ask_again();
}

void ConnectionSync::flush() {
  while (workers_rang()) {
  }
  if (ipvs_) ipvs_->flush();
}

api::Sync ConnectionSync::report() const {
  api::Sync report = report_sync(plant_.workers, exchange_ ? &*exchange_ : nullptr,
                                 ipvs_ ? &*ipvs_ : nullptr, Clock::now());
  report.ready = ready_;
  return report;
}

void ConnectionSync::tick() {
  const Clock::time_point now = Clock::now();
  bridge_.order_rest();
  Clock::time_point next = now + longest_sleep;
  if (exchange_) {
    exchange_->tick(now);
    next = std::min(next, exchange_->next());
  }
  if (ipvs_) {
    ipvs_->tick(now);
    ipvs_waits_ = ipvs_->next().has_value();
    if (ipvs_waits_) next = std::min(next, *ipvs_->next());
  }
  if (!ready_ && (!exchange_ || exchange_->is_ready(now))) {
    ready_ = true;
    callbacks_.ready();
  }
  if (paused_ && has_room()) pause(false);
  alarm_.set(paused_ ? now + pause_time : next);
}

}  // namespace drover::control
