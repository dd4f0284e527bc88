// SPDX-License-Identifier: BSD-3-Clause
// Of connection synchronisation. Names as in `sync` of GET /v1/status (docs/api.md).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace drover::metrics {

struct SyncPeerFacts {
  std::string address;
  bool alive = false;
  bool complete = false;
  bool same_services = true;
  double silence_seconds = 0;  // since it was last heard, or since the start
  std::uint64_t entries_sent = 0;
  std::uint64_t entries_received = 0;
  std::uint64_t datagrams_lost = 0;
  std::vector<std::pair<std::string, std::uint64_t>> dropped;  // by the reason
};

struct SyncFacts {
  bool ready = false;
  std::uint64_t waiting = 0;
  std::uint64_t told = 0;
  std::uint64_t shed = 0;
  std::uint64_t lost = 0;
  std::uint64_t late = 0;
  std::uint64_t received = 0;
  std::uint64_t without_room = 0;
  std::vector<SyncPeerFacts> peers;
};

}  // namespace drover::metrics
