// SPDX-License-Identifier: BSD-3-Clause
// What is known of the other nodes of a virtual router. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "lib/failover/advertisement.h"
#include "lib/net/address.h"

namespace drover::failover {

struct HeartbeatPeer {
  using TimePoint = std::chrono::steady_clock::time_point;

  IpAddress address;  // as it sends
  std::size_t path = 0;
  MacAddress mac;
  std::uint8_t priority = 0;  // that it said last
  std::chrono::microseconds interval{0};
  std::optional<ChecksumRule> checksum;
  TimePoint heard;  // last
  std::uint64_t advertisements = 0;
};

// Bounded, as whoever is on the network can make nodes up: the one that has been silent for longest
// gives way.
class HeartbeatPeers {
 public:
  static constexpr std::size_t most = 32;

  // Its place, made for it if need be.
  HeartbeatPeer& at(const IpAddress& address, std::size_t path) {
    const auto known = std::ranges::find_if(list_, [&](const HeartbeatPeer& peer) {
      return peer.address == address && peer.path == path;
    });
    if (known != list_.end()) return *known;
    if (list_.size() == most)
      list_.erase(std::ranges::min_element(list_, {}, &HeartbeatPeer::heard));
    list_.emplace_back().address = address;
    list_.back().path = path;
    return list_.back();
  }
  const std::vector<HeartbeatPeer>& list() const { return list_; }

 private:
  std::vector<HeartbeatPeer> list_;
};

}  // namespace drover::failover
