// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/sync_directory.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "lib/balance/maglev_table.h"
#include "lib/net/wire.h"

namespace drover::control {
namespace {

using datapath::FlowRecord;
using failover::SyncedConnection;
using flow::TcpState;

// TcpState::none is IPVS's state 0, and so on.
constexpr auto first_state = static_cast<std::uint16_t>(TcpState::none);
constexpr auto last_state = static_cast<std::uint16_t>(TcpState::synack);

std::uint8_t protocol_of(config::Protocol protocol) {
  return protocol == config::Protocol::tcp ? ip_protocol::tcp : ip_protocol::udp;
}

std::uint32_t seconds_of(flow::Ticks ticks) {
  return std::chrono::ceil<std::chrono::duration<std::uint32_t>>(ticks).count();
}

std::optional<TcpState> state_of(const SyncedConnection& connection) {
  if (connection.protocol == ip_protocol::udp) return TcpState::udp;
  const unsigned state = connection.state + first_state;
  if (state > last_state) return std::nullopt;
  return static_cast<TcpState>(state);
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = text.size();
  for (const char byte : text) hash = balance::stable_hash(hash ^ static_cast<unsigned char>(byte));
  return hash;
}

std::uint64_t hash_of(const ServerView& server) {
  return balance::stable_hash(balance::identity_of(server.server.address) ^ server.server.share());
}

std::uint64_t hash_of(const ServiceView& view) {
  std::uint64_t servers = 0;  // in any order
  for (const ServerView& server : view.servers) servers += hash_of(server);
  std::uint64_t hash = balance::identity_of(view.key.address);
  for (const std::uint64_t part :
       {std::uint64_t{protocol_of(view.key.protocol)} << 16U | view.key.port,
        hash_of(view.scheduler), servers,
        view.persistence ? std::uint64_t{view.persistence->timeout.count()} + 1 : 0})
    hash = balance::stable_hash(hash ^ part);
  for (const std::string& flag : view.shown_flags)
    hash = balance::stable_hash(hash ^ hash_of(flag));
  return hash;
}

}  // namespace

std::string_view name(SyncMiss miss) {
  switch (miss) {
    case SyncMiss::service:
      return "service";
    case SyncMiss::server:
      return "server";
    case SyncMiss::state:
      break;
  }
  return "state";
}

void SyncDirectory::update() {
  by_key_.clear();
  groups_.clear();
  group_ids_.clear();
  hash_ = 0;
  for (const ServiceView& view : services_.services()) {
    const auto vip = std::ranges::find(services_.vips(), view.key.address, &datapath::Vip::address);
    Service& service = by_key_[view.key];
    service.vip = view.key.protocol == config::Protocol::tcp ? vip->tcp : vip->udp;
    for (const ServerView& server : view.servers)
      service.servers.emplace(server.server.address, server.id);
    hash_ += hash_of(view);
    if (view.persistence) add_group(view);
  }
}

// A group of several ports has the lowest of them as its mark, since a VIP may have more of them.
void SyncDirectory::add_group(const ServiceView& view) {
  const datapath::Persistence& persistence = *view.persistence;
  const auto [place, is_new] = groups_.try_emplace(persistence.group);
  Group& group = place->second;
  const bool has_port = persistence.virtual_port == view.key.port;
  const std::uint32_t mark = has_port ? 0 : view.key.port;
  if (!is_new && mark >= group.mark) return;
  if (!is_new) group_ids_.erase({group.key, group.mark});
  group.key = {view.key.address, view.key.protocol, persistence.virtual_port};
  group.mark = mark;
  group.servers.clear();
  for (const ServerView& server : view.servers)
    if (const auto candidate = persistence.candidates.find(server.id.value()))
      group.servers.emplace(server.server.address, persistence.names[*candidate]);
  group_ids_[{group.key, mark}] = persistence.group;
}

const SyncDirectory::Service* SyncDirectory::find(ServiceKey key) const {
  auto known = by_key_.find(key);
  if (known == by_key_.end()) {
    key.port = 0;
    known = by_key_.find(key);
  }
  return known == by_key_.end() ? nullptr : &known->second;
}

std::optional<SyncedConnection> SyncDirectory::describe(const FlowRecord& record) const {
  SyncedConnection told{.client = record.client,
                        .vip = {},
                        .server = services_.server(record.destination),
                        .tentative = record.tentative,
                        .timeout = seconds_of(record.left)};
  if (record.kind == FlowRecord::Kind::client_template) {
    const auto group = groups_.find(record.group);
    if (group == groups_.end()) return std::nullopt;
    const ServiceKey& key = group->second.key;
    told.protocol = protocol_of(key.protocol);
    told.state = record.tentative ? 0 : 1;
    told.vip = key.address;
    told.virtual_port = told.server_port = key.port;
    told.is_template = true;
    told.firewall_mark = group->second.mark;
    return told;
  }
  const ServiceKey& vip = services_.vip(record.vip);
  told.protocol = protocol_of(vip.protocol);
  const bool is_tcp = record.state != TcpState::udp;
  if (is_tcp)
    told.state = static_cast<std::uint16_t>(static_cast<std::uint16_t>(record.state) - first_state);
  told.inactive = is_tcp && !flow::is_active(record.state);
  told.vip = vip.address;
  told.client_port = record.client_port;
  told.virtual_port = told.server_port = record.virtual_port;
  return told;
}

tl::expected<FlowRecord, SyncMiss> SyncDirectory::resolve(
    const SyncedConnection& connection) const {
  if (connection.protocol != ip_protocol::tcp && connection.protocol != ip_protocol::udp)
    return tl::unexpected(SyncMiss::service);
  const auto protocol =
      connection.protocol == ip_protocol::tcp ? config::Protocol::tcp : config::Protocol::udp;
  const ServiceKey key{connection.vip, protocol, connection.virtual_port};
  FlowRecord record;
  record.client = connection.client;
  record.left = std::max(flow::Ticks(1), flow::to_ticks(std::chrono::seconds(connection.timeout)));
  record.tentative = connection.tentative;
  if (connection.is_template) {
    const auto id = group_ids_.find({key, connection.firewall_mark});
    if (id == group_ids_.end()) return tl::unexpected(SyncMiss::service);
    const Group& group = groups_.at(id->second);
    const auto server = group.servers.find(connection.server);
    if (server == group.servers.end()) return tl::unexpected(SyncMiss::server);
    record.kind = FlowRecord::Kind::client_template;
    record.group = id->second;
    record.destination = server->second;
    record.tentative |= connection.state == 0;
    return record;
  }
  const Service* service = find(key);
  if (service == nullptr) return tl::unexpected(SyncMiss::service);
  const auto server = service->servers.find(connection.server);
  if (server == service->servers.end()) return tl::unexpected(SyncMiss::server);
  const auto state = state_of(connection);
  if (!state) return tl::unexpected(SyncMiss::state);
  record.client_port = connection.client_port;
  record.virtual_port = connection.virtual_port;
  record.vip = service->vip;
  record.state = *state;
  record.destination = server->second;
  return record;
}

}  // namespace drover::control
