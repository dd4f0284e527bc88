// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/sync_names.h"

#include <chrono>

#include "lib/net/wire.h"

namespace drover::control {
namespace {

using datapath::FlowRecord;
using failover::SyncedConnection;
using flow::TcpState;

std::uint8_t protocol_of(config::Protocol protocol) {
  return protocol == config::Protocol::tcp ? ip_protocol::tcp : ip_protocol::udp;
}

std::uint32_t seconds_of(flow::Ticks ticks) {
  return std::chrono::ceil<std::chrono::duration<std::uint32_t>>(ticks).count();
}

}  // namespace

std::optional<SyncedConnection> SyncNames::describe(const FlowRecord& record,
                                                    const IpAddress& server) const {
  SyncedConnection told{.client = record.client,
                        .vip = {},
                        .server = server,
                        .tentative = record.tentative,
                        .timeout = seconds_of(record.left)};
  if (record.kind == FlowRecord::Kind::client_template) {
    const std::size_t id = record.group.value();
    if (id >= groups.size() || !groups[id]) return std::nullopt;
    const ServiceKey& key = groups[id]->key;
    told.protocol = protocol_of(key.protocol);
    told.state = record.tentative ? 0 : 1;
    told.vip = key.address;
    told.virtual_port = told.server_port = key.port;
    told.is_template = true;
    told.firewall_mark = groups[id]->mark;
    return told;
  }
  if (record.vip.value() >= vips.size()) return std::nullopt;
  const ServiceKey& vip = vips[record.vip.value()];
  told.protocol = protocol_of(vip.protocol);
  const bool is_tcp = record.state != TcpState::udp;
  if (is_tcp)
    told.state =
        static_cast<std::uint16_t>(static_cast<std::uint16_t>(record.state) - first_synced_state);
  told.inactive = is_tcp && !flow::is_active(record.state);
  told.vip = vip.address;
  told.client_port = record.client_port;
  told.virtual_port = told.server_port = record.virtual_port;
  return told;
}

}  // namespace drover::control
