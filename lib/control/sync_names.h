// SPDX-License-Identifier: BSD-3-Clause
// What the ids in a worker's records mean to another balancer. Immutable: a worker that sends
// records itself reads it, too.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lib/control/id_registry.h"
#include "lib/datapath/flow_record.h"
#include "lib/failover/sync_message.h"
#include "lib/net/address.h"

namespace drover::control {

struct SyncNames {
  // A group of clients' templates, as one of them is told.
  struct Group {
    ServiceKey key;
    std::uint32_t mark = 0;
  };
  std::vector<ServiceKey> vips;              // by VipId; port 0
  std::vector<std::optional<Group>> groups;  // by PersistenceId; none: is no more

  // `server` is the record's destination. None: of a service that is no more. Allocates nothing.
  std::optional<failover::SyncedConnection> describe(const datapath::FlowRecord& record,
                                                     const IpAddress& server) const;
};

// TcpState::none is IPVS's state 0, and so on.
inline constexpr auto first_synced_state = static_cast<std::uint16_t>(flow::TcpState::none);

}  // namespace drover::control
