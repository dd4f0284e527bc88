// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/vip_checks.h"

#include <algorithm>
#include <utility>

#include "lib/base/log.h"

namespace drover::control {
namespace {

bool goes_by_vip(const config::Check& check) {
  return check.via == config::Via::vip && !config::runs_program(check.kind);
}

std::set<IpAddress> servers_checked_at_vips(const config::Config& config) {
  std::set<IpAddress> servers;
  for (const config::Service& service : config.services) {
    const config::Pool& pool = config.pools.at(service.pool);
    if (std::ranges::any_of(pool.checks, goes_by_vip))
      for (const config::Server& server : pool.servers) servers.insert(server.address);
  }
  return servers;
}

}  // namespace

Result<void> VipChecks::put_up(const config::Config& config,
                               const std::set<std::string>& interfaces) {
  if (route_ || servers_checked_at_vips(config).empty()) return {};
  auto route = VipRoute::open(loop_, {interfaces.begin(), interfaces.end()});
  if (!route) {
    Error error = route.error();
    error.where = "health checks at the VIP: " + error.where;
    error.remedy += error.remedy.empty() ? "" : "; or ";
    error.remedy += "check by the servers' own addresses, with via: real";
    return tl::unexpected(std::move(error));
  }
  auto changes = KernelChanges::open(loop_, [this] { kernel_changed(); });
  if (!changes) return tl::unexpected(changes.error());
  route_ = std::move(*route);
  kernel_changes_.emplace(std::move(*changes));
  return {};
}

void VipChecks::configure(const config::Config& config) {
  checked_ = servers_checked_at_vips(config);
}

void VipChecks::follow(const SnapshotBuilder& builder, const MacOf& mac_of,
                       const InterfaceOf& interface_of) {
  if (!route_) return;
  std::vector<RoutedServer> servers;
  std::set<IpAddress> vips;
  for (const ServiceView& service : builder.services()) {
    vips.insert(service.key.address);
    for (const ServerView& view : service.servers) {
      const IpAddress& address = view.server.address;
      if (!checked_.contains(address)) continue;
      auto mac = view.server.mac ? view.server.mac : mac_of(address);
      if (builder.refused_servers().contains(address)) mac.reset();
      servers.push_back({address, interface_of({address, false, view.way_out}), mac});
    }
  }
  complain(route_->update(servers, vips));
}

void VipChecks::kernel_changed() {
  complain(route_->restore());
}

void VipChecks::complain(const Result<void>& done) {
  const std::string complaint = done ? "" : to_string(done.error());
  if (complaint != std::exchange(complaint_, complaint) && !complaint.empty())
    log::warning("health checks at the VIP: {}", complaint);
}

tl::expected<IpAddress, health::NoRoute> VipChecks::prepare(int socket,
                                                            const health::Subject& subject) {
  if (!route_)
    return tl::unexpected(health::NoRoute{.unreachable = false, .reason = "it is not set up yet"});
  return route_->prepare(socket, subject);
}

std::string VipChecks::hint(const health::Subject& subject, health::Failure failure) {
  return route_ ? route_->hint(subject, failure) : std::string();
}

}  // namespace drover::control
