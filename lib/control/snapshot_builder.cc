// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/snapshot_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "lib/control/admission.h"
#include "lib/control/service_flags.h"
#include "lib/datapath/fast_path/fast_facts.h"

namespace drover::control {
namespace {

// Slots of the table that places by hash: enough that shares differ by about a percent.
constexpr std::uint32_t slots_per_server = 100;
constexpr std::uint32_t fewest_slots = 251;

flow::Timeouts to_timeouts(const config::Timeouts& from) {
  using flow::TcpState;
  flow::Timeouts timeouts;
  timeouts.set(TcpState::established, flow::to_ticks(from.tcp_established));
  timeouts.set(TcpState::syn_received, flow::to_ticks(from.tcp_syn_received));
  timeouts.set(TcpState::fin_wait, flow::to_ticks(from.tcp_fin_wait));
  timeouts.set(TcpState::time_wait, flow::to_ticks(from.tcp_time_wait));
  timeouts.set(TcpState::close, flow::to_ticks(from.tcp_close));
  timeouts.set(TcpState::udp, flow::to_ticks(from.udp));
  return timeouts;
}

datapath::UnknownPolicy to_policy(config::Unknown unknown) {
  switch (unknown) {
    case config::Unknown::adopt:
      return datapath::UnknownPolicy::adopt;
    case config::Unknown::schedule:
      return datapath::UnknownPolicy::schedule;
    case config::Unknown::reset:
      return datapath::UnknownPolicy::reset;
    case config::Unknown::drop:
      break;
  }
  return datapath::UnknownPolicy::drop;
}

datapath::ReusePolicy to_policy(config::ConnReuse reuse) {
  switch (reuse) {
    case config::ConnReuse::never:
      return datapath::ReusePolicy::never;
    case config::ConnReuse::closed:
      return datapath::ReusePolicy::closed;
    case config::ConnReuse::finished:
      break;
  }
  return datapath::ReusePolicy::finished;
}

std::vector<const datapath::MastershipLease*> leases_of(const std::vector<datapath::Vip>& vips) {
  std::vector<const datapath::MastershipLease*> leases;
  const auto has_lease = [](const datapath::Vip& vip) { return vip.role.lease != nullptr; };
  if (std::ranges::none_of(vips, has_lease)) return leases;
  for (const datapath::Vip& vip : vips)
    for (const VipId id : {vip.tcp, vip.udp}) {
      if (id.value() >= leases.size()) leases.resize(id.value() + 1U);
      leases[id.value()] = vip.role.lease.get();
    }
  return leases;
}

balance::SchedulerFlags to_flags(const std::vector<config::SchedulerFlag>& flags) {
  balance::SchedulerFlags result;
  for (const config::SchedulerFlag flag : flags)
    (flag == config::SchedulerFlag::port ? result.port : result.fallback) = true;
  return result;
}

}  // namespace

std::vector<std::uint16_t> virtual_ports(const config::Service& service) {
  return service.ports.empty() ? std::vector<std::uint16_t>{0} : service.ports;
}

// Of a server that is none until take_over().
SnapshotBuilder::DestinationRecord SnapshotBuilder::new_record() const {
  DestinationRecord record;
  record.removed = TimePoint();
  record.counters = std::make_shared<datapath::DestinationCountersByWorker>(workers_);
  record.persistent = std::make_shared<std::vector<Counter>>(workers_);
  return record;
}

Result<void> SnapshotBuilder::configure(const config::Config& config,
                                        std::vector<datapath::PortFacts> ports, TimePoint now) {
  free_retired(now);
  std::vector<ServiceView> services;
  for (const config::Service& service : config.services)
    for (const std::uint16_t port : virtual_ports(service)) {
      auto view = view_of(config, service, port);
      if (!view) return tl::unexpected(view.error());
      services.push_back(std::move(*view));
    }
  std::vector<datapath::Vip> vips;
  for (const config::Service& service : config.services)
    if (auto added = add_vip(config, service, vips); !added) return added;
  std::set<WayOut> ways;
  for (const DestinationRecord& record : destinations_) ways.insert(record.way_out);
  for (const ServiceView& view : services)
    for (const ServerView& server : view.servers) {
      ways.insert(server.way_out);
      if (auto checked = check_mac(server.server, ports); !checked) return checked;
    }
  if (auto checked = check_count(ways); !checked) return checked;

  std::span<ServiceView> rest(services);
  for (const config::Service& service : config.services) {
    const std::size_t count = virtual_ports(service).size();
    persistence_groups_.assign(service, rest.first(count), ids_);
    rest = rest.subspan(count);
  }
  vips_ = std::move(vips);
  on_removed_ = config.on_removed;
  unknown_ = config.unknown;
  // A director's hash is another one.
  tells_ipvs_ = config.failover && config.failover->sync && config.failover->sync->ipvs;
  take_over(services, now);
  if (on_removed_ == config::OnRemoved::reschedule) retire_removed();
  services_ = std::move(services);
  std::map<ServiceKey, ServiceParts> before = std::exchange(parts_, {});
  for (const ServiceView& view : services_)
    parts_[view.key] = make_parts(view, std::move(before[view.key]));
  ports_ = std::move(ports);
  set_balancers(config);
  peers_ = peers_of(config);
  timeouts_ = config.timeouts;
  reuse_ = config.conn_reuse;
  schedule_icmp_ = config.schedule_icmp;
  refusals_ = config.refusals;
  ++configurations_;
  return {};
}

Result<ServiceView> SnapshotBuilder::view_of(const config::Config& config,
                                             const config::Service& service, std::uint16_t port) {
  ServiceView view{.name = service.name,
                   .scheduler = service.scheduler,
                   .flags = service.scheduler_flags,
                   .shown_flags = service_flags(service),
                   .one_packet = service.one_packet,
                   .key = {service.address, service.protocol, port},
                   .servers = {},
                   .persistence = {},
                   .admission = make_admission(service, workers_)};
  const config::Pool& pool = config.pools.at(service.pool);
  const auto add = [&](const config::Server& server, bool is_sorry) {
    return add_server(view, server, way_out_to(config, pool, server.address), is_sorry);
  };
  for (const config::Server& server : pool.servers)
    if (auto added = add(server, false); !added) return tl::unexpected(added.error());
  if (service.sorry_server) {
    const config::Server sorry{.name = "sorry_server", .address = *service.sorry_server, .mac = {}};
    if (auto added = add(sorry, true); !added) return tl::unexpected(added.error());
  }
  return view;
}

Result<void> SnapshotBuilder::add_server(ServiceView& view, const config::Server& server,
                                         const WayOut& way_out, bool is_sorry) {
  const auto id = ids_.destination(view.key, server.address);
  if (!id)
    return failure("services",
                   fmt::format("more than {} real servers, counted once for each virtual service",
                               IdRegistry::most_destinations));
  destinations_.resize(std::max(destinations_.size(), ids_.destination_count()));
  DestinationRecord& record = destinations_[id->value()];
  if (!record.counters) {
    record = new_record();
    if (is_sorry) record.standing.role = Standing::Role::out;
  }
  record.server.address = server.address;
  view.servers.push_back({server, *id, way_out, record.counters, record.persistent, is_sorry});
  return {};
}

void SnapshotBuilder::set_standings(const ServiceView& service,
                                    std::span<const Standing> standings) {
  bool changes_parts = false;
  for (std::size_t i = 0; i < standings.size(); ++i) {
    Standing& standing = destinations_[service.servers[i].id.value()].standing;
    changes_parts |= standing.role != standings[i].role || standing.percent != standings[i].percent;
    standing = standings[i];
  }
  if (!changes_parts) return;
  ServiceParts& parts = parts_.at(service.key);
  parts = make_parts(service, std::move(parts));
}

Result<void> SnapshotBuilder::add_vip(const config::Config& config, const config::Service& service,
                                      std::vector<datapath::Vip>& vips) {
  const IpAddress& address = service.address;
  if (std::ranges::find(vips, address, &datapath::Vip::address) != vips.end()) return {};
  const auto tcp = ids_.vip(address, config::Protocol::tcp);
  const auto udp = ids_.vip(address, config::Protocol::udp);
  if (!tcp || !udp)
    return failure("services", fmt::format("more than {} VIPs", IdRegistry::most_vips / 2));
  const std::size_t ids = std::max(tcp->value(), udp->value()) + 1U;
  vip_keys_.resize(std::max(vip_keys_.size(), ids));
  vip_keys_[tcp->value()] = {address, config::Protocol::tcp, 0};
  vip_keys_[udp->value()] = {address, config::Protocol::udp, 0};
  vips.push_back({address, *tcp, *udp, ports_of_vip(config, service)});
  return {};
}

void SnapshotBuilder::set_balancers(const config::Config& config) {
  own_addresses_.clear();
  peer_addresses_.clear();
  for (const IpInterface& own : config.own_addresses()) own_addresses_.push_back(own.address);
  for (const config::Port& port : config.ports)
    for (const IpInterface& own : port.addresses) own_addresses_.push_back(own.address);
  for (const datapath::PortFacts& port : ports_)
    std::ranges::copy(port.host_addresses, std::back_inserter(own_addresses_));
  for (std::size_t i = 0; i < config.nodes.size(); ++i)
    if (i != config.node)
      for (const auto* addresses : {&config.nodes[i].addresses, &config.nodes[i].port_addresses})
        for (const IpInterface& peer : *addresses) peer_addresses_.push_back(peer.address);
}

void SnapshotBuilder::add_known_addresses(datapath::Snapshot& snapshot) const {
  std::vector<IpAddress> vips;
  for (const datapath::Vip& vip : vips_) vips.push_back(vip.address);
  snapshot.known_sources = {vips, own_addresses_, peer_addresses_};
  snapshot.server_macs = FlatIndex(snapshot.destinations.size());
  for (const datapath::Destination& destination : snapshot.destinations)
    if (destination.resolved)
      snapshot.server_macs.insert(datapath::Snapshot::mac_key(destination.mac), 0);
}

// With `on_removed: reschedule` a server's connections end with it: if it comes back, it has none.
void SnapshotBuilder::retire_removed() {
  for (const ServiceView& view : services_)
    for (const ServerView& server : view.servers) {
      DestinationRecord& record = destinations_[server.id.value()];
      if (!record.removed || record.retired) continue;
      ids_.retire(view.key, server.server.address);
      record.retired = true;
    }
}

// A retired server's id is given out again once no connection, no template and no packet that is
// being dealt with can hold it.
void SnapshotBuilder::free_retired(TimePoint now) {
  constexpr std::chrono::minutes quarantine{1};
  for (std::uint32_t i = 0; i < destinations_.size(); ++i) {
    DestinationRecord& record = destinations_[i];
    if (!record.retired || now - *record.removed < quarantine) continue;
    const auto is_in_use = [](const datapath::DestinationCounters& counters) {
      return counters.active.value() != 0 || counters.inactive.value() != 0;
    };
    const auto has_any = [](const Counter& counter) { return counter.value() != 0; };
    if (std::ranges::any_of(*record.counters, is_in_use) ||
        std::ranges::any_of(*record.persistent, has_any))
      continue;
    record = new_record();
    ids_.free(DestinationId(i));
  }
}

// Other thresholds than until now may end its overload.
void SnapshotBuilder::change_thresholds(DestinationRecord& record, const config::Server& server) {
  balance::Thresholds changed{.upper = server.upper_threshold,
                              .lower = server.lower_threshold,
                              .lifted = record.thresholds.lifted};
  if (record.thresholds.lift(changed) && changed != record.thresholds) ++changed.lifted;
  record.thresholds = changed;
}

// The servers that there are now; those that are there no more have been removed `now`.
void SnapshotBuilder::take_over(const std::vector<ServiceView>& services, TimePoint now) {
  std::vector<bool> was_there;
  for (DestinationRecord& record : destinations_) {
    was_there.push_back(!record.removed);
    if (!record.removed) record.removed = now;
  }
  for (const ServiceView& view : services)
    for (const ServerView& server : view.servers) {
      DestinationRecord& record = destinations_[server.id.value()];
      change_thresholds(record, server.server);
      record.server = server.server;
      record.way_out = server.way_out;
      record.removed = std::nullopt;
      if (server.server.weight > 0 || !was_there[server.id.value()])
        record.last_weight = server.server.weight;
    }
}

SnapshotBuilder::ServiceParts SnapshotBuilder::make_parts(const ServiceView& view,
                                                          ServiceParts before) {
  auto service = std::make_shared<datapath::VirtualService>();
  std::vector<balance::MaglevBackend> backends;
  for (std::uint32_t i = 0; i < view.servers.size(); ++i) {
    const ServerView& server = view.servers[i];
    const Standing::Role role = standing(server).role;
    const std::uint32_t weight = weight_of(server);
    service->candidates.push_back(server.id);
    if (role == Standing::Role::serves) service->scheduled.push_back(i);
    service->serves.push_back(role == Standing::Role::serves);
    service->undecided |= role == Standing::Role::unchecked;
    backends.push_back(
        {balance::identity_of(server.server.address), role == Standing::Role::out ? 0 : weight});
  }
  const auto wanted =
      std::max(fewest_slots, slots_per_server * static_cast<std::uint32_t>(backends.size()));
  service->placement = balance::MaglevTable(backends, balance::next_prime(wanted));

  if (before.scheduler != view.scheduler) before = {};
  service->scheduler = make_scheduler(view, before);
  service->memory = before.memory;
  if (!service->memory) {
    auto memory = std::make_shared<datapath::SchedulerMemory>();
    for (std::uint32_t worker = 0; worker < workers_; ++worker)
      memory->push_back(service->scheduler->make_state(worker));
    service->memory = std::move(memory);
  }
  service->persistence = view.persistence;
  service->admission = view.admission;
  service->one_packet = view.one_packet;
  service->placed_alike = view.scheduler == "maglev" && unknown_ == config::Unknown::adopt &&
                          view.persistence == nullptr && !tells_ipvs_;
  service->protocol =
      view.key.protocol == config::Protocol::tcp ? ip_protocol::tcp : ip_protocol::udp;
  for (const ServerView& server : view.servers)
    destinations_[server.id.value()].needs_loads =
        service->scheduler->needs_loads() || server.server.upper_threshold != 0;
  return {.scheduler = view.scheduler, .service = service, .memory = service->memory};
}

// The one before as long as nothing changes that it could notice.
std::shared_ptr<const balance::Scheduler> SnapshotBuilder::make_scheduler(
    const ServiceView& view, const ServiceParts& before) {
  balance::SchedulerSettings settings{
      .candidates = {}, .flags = to_flags(view.flags), .port = view.key.port};
  for (const ServerView& server : view.servers)
    if (standing(server).role == Standing::Role::serves)
      settings.candidates.push_back({.destination = server.id,
                                     .address = server.server.address,
                                     .weight = weight_of(server),
                                     .last_weight = destinations_[server.id.value()].last_weight});
  if (before.service) {
    const balance::SchedulerSettings& old = before.service->scheduler->settings();
    if (!before.renew && old.candidates == settings.candidates && old.flags == settings.flags)
      return before.service->scheduler;
    settings.before = before.service->scheduler.get();
  }
  settings.generation = ++scheduler_generation_;
  return balance::make_scheduler(view.scheduler, std::move(settings));
}

datapath::Bond SnapshotBuilder::bond_of(const DestinationRecord& record, TimePoint now) const {
  const bool reschedules = on_removed_ == config::OnRemoved::reschedule;
  if (!record.removed &&
      (record.standing.releases || record.server.state == config::AdminState::disabled))
    return datapath::Bond::releases;
  if (!record.removed)
    return reschedules && effective_weight(record.server.share(), record.standing) == 0
               ? datapath::Bond::holds_until_syn
               : datapath::Bond::holds;
  if (on_removed_ == config::OnRemoved::drop) return datapath::Bond::drops;
  return reschedules || now - *record.removed >= removed_server_grace ? datapath::Bond::releases
                                                                      : datapath::Bond::holds;
}

std::optional<SnapshotBuilder::TimePoint> SnapshotBuilder::next_change(TimePoint now) const {
  std::optional<TimePoint> next;
  for (const DestinationRecord& record : destinations_) {
    if (!record.removed || bond_of(record, now) != datapath::Bond::holds) continue;
    const TimePoint release = *record.removed + removed_server_grace;
    next = std::min(next.value_or(release), release);
  }
  return next;
}

std::vector<ReachedServer> SnapshotBuilder::reached_servers(TimePoint now) const {
  std::vector<ReachedServer> reached;
  for (const DestinationRecord& record : destinations_)
    if (const auto bond = bond_of(record, now);
        !record.removed || (bond != datapath::Bond::drops && bond != datapath::Bond::releases))
      reached.push_back({record.server.address, record.server.mac.has_value(), record.way_out});
  return reached;
}

std::set<MacAddress> SnapshotBuilder::balancers(const MacOf& mac_of) const {
  std::set<MacAddress> macs;
  for (const datapath::PortFacts& port : ports_) macs.insert(port.mac);
  for (const ReachedServer& peer : peers_)
    if (const auto mac = mac_of(peer.address)) macs.insert(*mac);
  for (const auto& [vip, role] : roles_)
    if (!role.virtual_mac.is_zero()) macs.insert(role.virtual_mac);
  return macs;
}

std::unique_ptr<const datapath::Snapshot> SnapshotBuilder::build(const MacOf& mac_of,
                                                                 TimePoint now) {
  auto snapshot = std::make_unique<datapath::Snapshot>();
  snapshot->generation = ++generation_;
  snapshot->ports = ports_;
  snapshot->timeouts = to_timeouts(timeouts_);
  snapshot->unknown = to_policy(unknown_);
  snapshot->reuse = to_policy(reuse_);
  snapshot->schedule_icmp = schedule_icmp_;
  snapshot->refusals_per_second = refusals_;
  snapshot->tables = tables_;
  snapshot->flow_reporting = flow_reporting_;
  snapshot->flow_refresh = static_cast<std::uint64_t>(flow_refresh_.count());
  snapshot->scheduler_generation = scheduler_generation_;

  snapshot->vips = vips_;
  for (datapath::Vip& vip : snapshot->vips)
    if (const auto role = roles_.find(vip.address); role != roles_.end()) vip.role = role->second;
  snapshot->leases = leases_of(snapshot->vips);
  snapshot->vip_index = FlatIndex(vips_.size());
  snapshot->vip_index_v6 = FlatIndexOf<Ipv6Address>(vips_.size());
  for (std::uint32_t i = 0; i < vips_.size(); ++i)
    if (const IpAddress& address = vips_[i].address; address.is_v4())
      snapshot->vip_index.insert(address.v4().value(), i);
    else
      snapshot->vip_index_v6.insert(address.v6(), i);

  snapshot->persistences = PersistenceGroups::collect(services_);
  snapshot->service_index = FlatIndex(services_.size());
  for (const ServiceView& view : services_) {
    const VipId vip = *ids_.vip(view.key.address, view.key.protocol);
    snapshot->service_index.insert(datapath::Snapshot::service_key(vip, view.key.port),
                                   static_cast<std::uint32_t>(snapshot->services.size()));
    snapshot->services.push_back(parts_.at(view.key).service);
    snapshot->any_placed_alike |= snapshot->services.back()->placed_alike;
    if (view.admission == nullptr) continue;
    snapshot->has_limits |= view.admission->limit.has_value();
    if (view.admission->access) snapshot->access_generation = configurations_;
  }
  const std::set<MacAddress> refused = balancers(mac_of);
  refused_servers_.clear();
  EgressNumbers egresses(*snapshot);
  for (std::uint32_t i = 0; i < destinations_.size(); ++i) {
    const DestinationRecord& record = destinations_[i];
    const config::Server& server = record.server;
    auto mac = server.mac ? server.mac : mac_of(server.address);
    if (mac && refused.contains(*mac)) {
      refused_servers_.insert(server.address);
      mac.reset();
    }
    snapshot->destinations.push_back(
        datapath::Destination{.counters = record.counters->data(),
                              .mac = mac.value_or(MacAddress()),
                              .egress = egresses.of(record.way_out),
                              .resolved = mac.has_value(),
                              .has_thresholds = server.upper_threshold != 0,
                              .warming = record.standing.share != datapath::full_share,
                              .bond = bond_of(record, now)});
    snapshot->any_thresholds |= server.upper_threshold != 0;
    snapshot->destination_details.push_back({server.address, record.thresholds,
                                             record.standing.share, record.counters,
                                             record.persistent});
    if (workers_ > 1 && !record.removed && record.needs_loads)
      snapshot->watched.push_back(DestinationId(i));
  }
  if (record_order_)
    snapshot->record_plan = make_record_plan(*record_order_, peers_, *snapshot, mac_of, workers_);
  add_known_addresses(*snapshot);
  snapshot->fast = std::make_shared<const datapath::FastFacts>(*snapshot);
  return snapshot;
}

}  // namespace drover::control
