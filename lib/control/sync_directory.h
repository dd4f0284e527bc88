// SPDX-License-Identifier: BSD-3-Clause
// Between the ids of a worker's connections and the addresses that another balancer understands:
// two files in another order still agree. Control thread only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/control/snapshot_builder.h"
#include "lib/control/sync_names.h"
#include "lib/datapath/flow_record.h"
#include "lib/failover/sync_message.h"
#include "tl/expected.hpp"

namespace drover::control {

enum class SyncMiss : std::uint8_t {
  service,  // there is none at this VIP, protocol and port
  server,   // the service has no such server
  state     // no connection of this protocol has it
};

// "service".
std::string_view name(SyncMiss miss);

class SyncDirectory {
 public:
  explicit SyncDirectory(const SnapshotBuilder& services) : services_(services) {}

  // After each configure() of the builder.
  void update();

  // None: of a service that is no more.
  std::optional<failover::SyncedConnection> describe(const datapath::FlowRecord& record) const;
  tl::expected<datapath::FlowRecord, SyncMiss> resolve(
      const failover::SyncedConnection& connection) const;

  // As of the last update().
  const std::shared_ptr<const SyncNames>& names() const { return names_; }

  // Of the services, their servers, and how connections are placed; the order does not count.
  std::uint64_t hash() const { return hash_; }

 private:
  struct Service {
    VipId vip;
    std::unordered_map<IpAddress, DestinationId> servers;
  };
  struct Group {
    ServiceKey key;  // as a template of it is told
    std::uint32_t mark = 0;
    std::unordered_map<IpAddress, DestinationId> servers;  // as templates name them
  };
  struct GroupKey {
    ServiceKey key;
    std::uint32_t mark = 0;
    friend auto operator<=>(const GroupKey&, const GroupKey&) = default;
  };
  const Service* find(ServiceKey key) const;
  void add_group(const ServiceView& view);
  void update_names();

  const SnapshotBuilder& services_;
  std::map<ServiceKey, Service> by_key_;
  std::map<PersistenceId, Group> groups_;
  std::map<GroupKey, PersistenceId> group_ids_;
  std::shared_ptr<const SyncNames> names_ = std::make_shared<SyncNames>();
  std::uint64_t hash_ = 0;
};

}  // namespace drover::control
