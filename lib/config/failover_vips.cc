// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/failover_vips.h"

#include <algorithm>

#include "lib/config/networks.h"

namespace drover::config {
namespace {

const Service* service_named(const Config& config, const std::string& name) {
  const auto service = std::ranges::find(config.services, name, &Service::name);
  return service == config.services.end() ? nullptr : &*service;
}

bool names(const Config& config, const VrrpInstance& instance, const IpAddress& vip) {
  return std::ranges::any_of(instance.services, [&](const std::string& name) {
    const Service* service = service_named(config, name);
    return service != nullptr && service->address == vip;
  });
}

}  // namespace

Family family_of(const Config& config, const VrrpInstance& instance) {
  const auto of = [](const IpAddress& address) {
    return address.is_v6() ? Family::ipv6 : Family::ipv4;
  };
  if (instance.family) return *instance.family;
  if (!instance.peers.empty()) return of(instance.peers.front());
  for (const std::string& name : instance.services)
    if (const Service* service = service_named(config, name)) return of(service->address);
  return Family::ipv4;
}

std::vector<IpAddress> vips_of_instance(const Config& config, std::size_t index) {
  const std::vector<VrrpInstance>& instances = config.failover->vrrp;
  const VrrpInstance& instance = instances[index];
  const bool wants_v6 = is_v6(family_of(config, instance));
  std::vector<IpAddress> vips;
  for (const Service& service : config.services) {
    const IpAddress& vip = service.address;
    if (vip.is_v6() != wants_v6 || std::ranges::find(vips, vip) != vips.end()) continue;
    const bool is_named =
        instance.services.empty()
            ? std::ranges::none_of(
                  instances, [&](const VrrpInstance& other) { return names(config, other, vip); })
            : names(config, instance, vip);
    if (is_named) vips.push_back(vip);
  }
  return vips;
}

std::size_t port_of_instance(const Config& config, std::size_t index) {
  const auto vips = vips_of_instance(config, index);
  for (const Service& service : config.services)
    if (!vips.empty() && service.address == vips.front())
      if (const auto ports = vip_ports(config, service); !ports.empty()) return ports.front();
  return 0;
}

std::uint8_t priority_of_instance(const Config& config, const VrrpInstance& instance) {
  const Node* node = config.node ? &config.nodes[*config.node] : nullptr;
  if (node != nullptr)
    if (const auto own = instance.priority.by_node.find(node->name);
        own != instance.priority.by_node.end())
      return own->second;
  if (instance.priority.everywhere != 0) return instance.priority.everywhere;
  return node != nullptr ? node->priority : Node().priority;
}

}  // namespace drover::config
