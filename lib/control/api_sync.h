// SPDX-License-Identifier: BSD-3-Clause
// `sync` of GET /v1/status: null without `failover.sync`.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lib/control/api_counter.h"
#include "lib/net/address.h"

namespace drover::api {

struct SyncPeer {
  IpAddress address;
  bool alive = false;                 // heard within the last five seconds
  bool complete = false;              // its whole table has come, and nothing was lost since
  bool gets_table = false;            // this balancer's whole table is on its way there
  bool same_services = true;          // as this balancer
  std::optional<double> seconds_ago;  // last heard; null: never
  std::uint64_t entries_sent = 0;
  std::uint64_t entries_received = 0;
  std::uint64_t datagrams_lost = 0;  // of those that the peer has sent
  Counters dropped;                  // datagrams and entries, by the reason
  friend bool operator==(const SyncPeer&, const SyncPeer&) = default;
};

// What is exchanged with directors that run IPVS.
struct SyncIpvs {
  std::uint64_t entries_sent = 0;
  std::uint64_t entries_received = 0;
  std::uint64_t messages_sent = 0;
  std::uint64_t messages_received = 0;
  Counters dropped;  // messages and entries, by the reason
  friend bool operator==(const SyncIpvs&, const SyncIpvs&) = default;
};

struct Sync {
  bool ready = false;              // has what the peers have, or has waited long enough
  std::uint64_t waiting = 0;       // changes that have not been sent yet
  std::uint64_t told = 0;          // changes and rows of the table that workers have told
  std::uint64_t shed = 0;          // of embryonic connections, left out in a flood
  std::uint64_t lost = 0;          // no room; told again later
  std::uint64_t late = 0;          // first packets that left before their connection was told
  std::uint64_t received = 0;      // entered or renewed by a worker
  std::uint64_t known_better = 0;  // by this balancer's own packets
  std::uint64_t without_room = 0;
  std::uint64_t unknown_senders = 0;  // datagrams of others than the peers
  std::vector<SyncPeer> peers;
  std::optional<SyncIpvs> ipvs = {};
  friend bool operator==(const Sync&, const Sync&) = default;
};

}  // namespace drover::api
