// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/snapshot_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "lib/control/service_flags.h"

namespace drover::control {
namespace {

// Slots of the table that places by hash: enough that shares differ by about a percent.
constexpr std::uint32_t slots_per_server = 100;
constexpr std::uint32_t fewest_slots = 251;

std::uint64_t identity_of(const IpAddress& address) {
  if (address.is_v4()) return balance::stable_hash(address.v4().value());
  std::uint64_t identity = 0;
  for (const std::uint8_t byte : address.v6().bytes())
    identity = balance::stable_hash(identity << 8 ^ byte ^ identity >> 56);
  return identity;
}

flow::Timeouts to_timeouts(const config::Timeouts& from) {
  using flow::TcpState;
  flow::Timeouts timeouts;
  timeouts.set(TcpState::established, flow::to_ticks(from.tcp_established));
  timeouts.set(TcpState::syn_received, flow::to_ticks(from.tcp_syn_received));
  timeouts.set(TcpState::fin_wait, flow::to_ticks(from.tcp_fin_wait));
  timeouts.set(TcpState::close, flow::to_ticks(from.tcp_close));
  timeouts.set(TcpState::udp, flow::to_ticks(from.udp));
  return timeouts;
}

// `ports: any` is the port 0, as IPVS has it.
std::vector<std::uint16_t> virtual_ports(const config::Service& service) {
  return service.ports.empty() ? std::vector<std::uint16_t>{0} : service.ports;
}

}  // namespace

Result<void> SnapshotBuilder::configure(const config::Config& config,
                                        std::vector<datapath::PortFacts> ports) {
  std::vector<ServiceView> services;
  for (const config::Service& service : config.services)
    for (const std::uint16_t port : virtual_ports(service)) {
      auto view = view_of(config, service, port);
      if (!view) return tl::unexpected(view.error());
      services.push_back(std::move(*view));
    }
  std::vector<datapath::Vip> vips;
  for (const config::Service& service : config.services)
    if (auto added = add_vip(service.address, vips); !added) return added;

  std::span<ServiceView> rest(services);
  for (const config::Service& service : config.services) {
    const std::size_t count = virtual_ports(service).size();
    persistence_groups_.assign(service, rest.first(count), ids_);
    rest = rest.subspan(count);
  }
  vips_ = std::move(vips);
  ++candidate_generation_;
  services_ = std::move(services);
  std::map<ServiceKey, ServiceParts> before = std::exchange(parts_, {});
  for (const ServiceView& view : services_) {
    parts_[view.key].memory = std::move(before[view.key].memory);
    parts_[view.key].service = make_service(view);
  }
  ports_ = std::move(ports);
  timeouts_ = config.timeouts;
  refusals_ = config.refusals;
  return {};
}

Result<ServiceView> SnapshotBuilder::view_of(const config::Config& config,
                                             const config::Service& service, std::uint16_t port) {
  ServiceView view{.name = service.name,
                   .scheduler = service.scheduler,
                   .shown_flags = service_flags(service),
                   .one_packet = service.one_packet,
                   .key = {service.address, service.protocol, port},
                   .servers = {},
                   .persistence = {}};
  for (const config::Server& server : config.pools.at(service.pool).servers) {
    const auto id = ids_.destination(view.key, server.address);
    if (!id)
      return failure("services",
                     fmt::format("more than {} real servers, counted once for each virtual service",
                                 IdRegistry::most_destinations));
    destinations_.resize(std::max(destinations_.size(), ids_.destination_count()));
    datapath::DestinationDetails& details = destinations_[id->value()];
    details.address = server.address;
    if (!details.counters)
      details.counters = std::make_shared<datapath::DestinationCountersByWorker>(workers_);
    if (!details.persistent) details.persistent = std::make_shared<std::vector<Counter>>(workers_);
    view.servers.push_back({server, *id, PortId(0), details.counters, details.persistent});
  }
  return view;
}

Result<void> SnapshotBuilder::add_vip(const IpAddress& address, std::vector<datapath::Vip>& vips) {
  if (std::ranges::find(vips, address, &datapath::Vip::address) != vips.end()) return {};
  const auto tcp = ids_.vip(address, config::Protocol::tcp);
  const auto udp = ids_.vip(address, config::Protocol::udp);
  if (!tcp || !udp)
    return failure("services", fmt::format("more than {} VIPs", IdRegistry::most_vips / 2));
  const std::size_t ids = std::max(tcp->value(), udp->value()) + 1U;
  vip_keys_.resize(std::max(vip_keys_.size(), ids));
  vip_keys_[tcp->value()] = {address, config::Protocol::tcp, 0};
  vip_keys_[udp->value()] = {address, config::Protocol::udp, 0};
  vips.push_back({address.v4(), *tcp, *udp});
  return {};
}

std::shared_ptr<const datapath::VirtualService> SnapshotBuilder::make_service(
    const ServiceView& view) {
  auto service = std::make_shared<datapath::VirtualService>();
  balance::SchedulerSettings settings{.candidates = {}, .generation = candidate_generation_};
  std::vector<balance::MaglevBackend> backends;
  for (const ServerView& server : view.servers) {
    service->candidates.push_back(server.id);
    settings.candidates.push_back({server.id, server.server.weight});
    backends.push_back({identity_of(server.server.address), server.server.weight});
  }
  const auto wanted =
      std::max(fewest_slots, slots_per_server * static_cast<std::uint32_t>(backends.size()));
  service->placement = balance::MaglevTable(backends, balance::next_prime(wanted));
  service->scheduler = balance::make_scheduler(view.scheduler, std::move(settings));

  auto& memory = parts_[view.key].memory;
  if (!memory) {
    // The workers start out of phase, so that together they go round, too.
    memory = std::make_shared<std::vector<datapath::SchedulerMemory>>(workers_);
    for (std::uint32_t worker = 0; worker < workers_; ++worker)
      (*memory)[worker].state.position = worker;
  }
  service->memory = memory;
  service->persistence = view.persistence;
  service->one_packet = view.one_packet;
  service->protocol =
      view.key.protocol == config::Protocol::tcp ? ip_protocol::tcp : ip_protocol::udp;
  return service;
}

std::unique_ptr<const datapath::Snapshot> SnapshotBuilder::build(const MacOf& mac_of) {
  auto snapshot = std::make_unique<datapath::Snapshot>();
  snapshot->generation = ++generation_;
  snapshot->ports = ports_;
  snapshot->timeouts = to_timeouts(timeouts_);
  snapshot->unknown = unknown_;
  snapshot->refusals_per_second = refusals_;

  snapshot->vips = vips_;
  snapshot->vip_index = FlatIndex(vips_.size());
  for (std::uint32_t i = 0; i < vips_.size(); ++i)
    snapshot->vip_index.insert(vips_[i].address.value(), i);

  snapshot->persistences = PersistenceGroups::collect(services_);
  snapshot->destination_details = destinations_;
  snapshot->destinations.resize(destinations_.size());
  snapshot->service_index = FlatIndex(services_.size());
  for (const ServiceView& view : services_) {
    const VipId vip = *ids_.vip(view.key.address, view.key.protocol);
    snapshot->service_index.insert(datapath::Snapshot::service_key(vip, view.key.port),
                                   static_cast<std::uint32_t>(snapshot->services.size()));
    snapshot->services.push_back(parts_.at(view.key).service);
    for (const ServerView& server : view.servers) {
      const auto mac = server.server.mac ? server.server.mac : mac_of(server.server.address);
      datapath::Destination& destination = snapshot->destinations[server.id.value()];
      destination.mac = mac.value_or(MacAddress());
      destination.resolved = mac.has_value();
      destination.egress = server.egress;
    }
  }
  for (std::size_t i = 0; i < destinations_.size(); ++i)
    snapshot->destinations[i].counters = destinations_[i].counters->data();
  return snapshot;
}

}  // namespace drover::control
