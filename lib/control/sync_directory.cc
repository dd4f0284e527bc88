// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/sync_directory.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "lib/balance/maglev_table.h"
#include "lib/net/wire.h"

namespace drover::control {
namespace {

using datapath::FlowRecord;
using failover::SyncedConnection;
using flow::TcpState;

constexpr auto last_state = static_cast<std::uint16_t>(TcpState::synack);

std::uint8_t protocol_of(config::Protocol protocol) {
  return protocol == config::Protocol::tcp ? ip_protocol::tcp : ip_protocol::udp;
}

std::optional<TcpState> state_of(const SyncedConnection& connection) {
  if (connection.protocol == ip_protocol::udp) return TcpState::udp;
  const unsigned state = connection.state + first_synced_state;
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
  update_names();
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
  return names_->describe(record, services_.server(record.destination));
}

void SyncDirectory::update_names() {
  auto names = std::make_shared<SyncNames>();
  names->vips = services_.vip_keys();
  for (const auto& [id, group] : groups_) {
    names->groups.resize(id.value() + std::size_t{1});
    names->groups.back() = {group.key, group.mark};
  }
  names_ = std::move(names);
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
