// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/persistence_groups.h"

#include <algorithm>

#include "lib/control/snapshot_builder.h"

namespace drover::control {
namespace {

// An IPv4 prefix counts within the last 32 bits.
Ipv6Address mask_of(const IpAddress& vip, std::uint8_t prefix) {
  Ipv6Address::Bytes bytes{};
  const unsigned bits = std::min(128U, prefix + (vip.is_v4() ? 96U : 0U));
  for (unsigned bit = 0; bit < bits; ++bit)
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] | 0x80U >> bit % 8);
  return Ipv6Address(bytes);
}

}  // namespace

void PersistenceGroups::assign(const config::Service& service, std::span<ServiceView> views,
                               IdRegistry& ids) {
  if (!service.persistence) return;
  const std::size_t step = service.persistence->across_ports ? views.size() : 1;
  for (std::size_t first = 0; first < views.size(); first += step) {
    const auto group = views.subspan(first, step);
    const auto persistence = make(service, group, ids);
    for (ServiceView& view : group) view.persistence = persistence;
  }
}

std::shared_ptr<const datapath::Persistence> PersistenceGroups::make(
    const config::Service& service, std::span<const ServiceView> views, IdRegistry& ids) {
  const config::Persistence& from = *service.persistence;
  const ServiceView& first = views.front();
  const bool several = from.across_ports && views.size() > 1;
  Key key{service.name, first.key, from.mask};
  if (several) key.virtual_service.port = 0;
  const auto group =
      groups_.try_emplace(key, PersistenceId(static_cast<std::uint32_t>(groups_.size())))
          .first->second;

  auto persistence = std::make_shared<datapath::Persistence>();
  persistence->group = group;
  persistence->mask = mask_of(first.key.address, from.mask);
  persistence->timeout = flow::to_ticks(from.timeout);
  persistence->vip = ids.vip(first.key.address, first.key.protocol).value_or(VipId());
  persistence->virtual_port = key.virtual_service.port;
  persistence->candidates = FlatIndex(views.size() * first.servers.size());
  for (const ServerView& server : first.servers) {
    persistence->names.push_back(server.id);
    const config::Server& settings = server.server;
    persistence->gives_up.push_back(settings.state != config::AdminState::enabled ||
                                    (from.expire_quiescent && settings.weight == 0));
  }
  for (const ServiceView& view : views)
    for (std::uint32_t i = 0; i < view.servers.size(); ++i)
      persistence->candidates.insert(view.servers[i].id.value(), i);
  return persistence;
}

std::vector<std::shared_ptr<const datapath::Persistence>> PersistenceGroups::collect(
    const std::vector<ServiceView>& views) {
  std::vector<std::shared_ptr<const datapath::Persistence>> groups;
  for (const ServiceView& view : views) {
    if (!view.persistence) continue;
    groups.resize(std::max<std::size_t>(groups.size(), view.persistence->group.value() + 1));
    groups[view.persistence->group.value()] = view.persistence;
  }
  return groups;
}

}  // namespace drover::control
