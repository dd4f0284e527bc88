// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/flow_owner.h"

#include <algorithm>
#include <utility>

#include "lib/control/snapshot_builder.h"
#include "lib/net/wire.h"

namespace drover::control {
namespace {

std::optional<std::uint16_t> queue_of(const ScaledPort& port, const datapath::FlowRecord& record,
                                      const ServiceKey& vip) {
  if (port.queues == 1) return std::uint16_t{0};
  if (!port.scaling) return std::nullopt;
  const bool is_tcp = vip.protocol == config::Protocol::tcp;
  return port.scaling->queue_of(is_tcp ? ip_protocol::tcp : ip_protocol::udp, record.client,
                                vip.address, record.client_port, record.virtual_port);
}

// The worker that all ports of a set would give the flow to.
std::optional<WorkerId> agreed_owner(const std::vector<ScaledPort>& ports, datapath::PortSet of,
                                     const datapath::FlowRecord& record, const ServiceKey& vip) {
  std::optional<std::uint16_t> owner;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if ((of & datapath::port_bit(PortId(static_cast<std::uint8_t>(i)))) == 0) continue;
    const auto queue = queue_of(ports[i], record, vip);
    if (!queue || (owner && *owner != *queue)) return std::nullopt;
    owner = queue;
  }
  if (!owner) return std::nullopt;
  return WorkerId(*owner);
}

}  // namespace

void OwnerTrial::saw(bool as_computed) {
  constexpr unsigned window = 64;
  ++seen_;
  as_computed_ += as_computed ? 1 : 0;
  if (seen_ < window) return;
  refuted_ |= as_computed_ < window - window / 4;
  seen_ = as_computed_ = 0;
}

FlowOwner flow_owner(std::vector<ScaledPort> ports, const SnapshotBuilder& services) {
  return [ports = std::move(ports),
          &services](const datapath::FlowRecord& record) -> std::optional<WorkerId> {
    const ServiceKey& key = services.vip(record.vip);
    const auto owner = agreed_owner(ports, ~datapath::PortSet{0}, record, key);
    if (owner || ports.size() == 1) return owner;
    const auto vip = std::ranges::find(services.vips(), key.address, &datapath::Vip::address);
    if (vip == services.vips().end()) return std::nullopt;
    return agreed_owner(ports, vip->ports, record, key);
  };
}

}  // namespace drover::control
