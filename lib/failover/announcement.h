// SPDX-License-Identifier: BSD-3-Clause
// How a new master tells the segment where a VIP is: the frames, and when they are due. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "lib/net/address.h"

namespace drover::failover {

// A gratuitous ARP request by broadcast, sender and target both the VIP (RFC 5227, 3); or an
// unsolicited neighbour advertisement to all nodes with the override flag (RFC 4861, 7.2.6). An
// Ethernet frame without a tag.
std::vector<std::uint8_t> write_announcement(const IpAddress& vip, const MacAddress& mac);

struct AnnouncementSettings {
  std::uint8_t burst = 5;                  // times at once
  std::chrono::milliseconds again{5'000};  // so long after that, as many times; 0: not
  std::chrono::milliseconds refresh{0};    // once each time, as long as it is master; 0: not
};

// When announcements are due. A sign of a second master starts the burst again, but not more often
// than `least_pause`, so that two masters do not flood the segment.
class AnnouncementSchedule {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds least_pause{1'000};

  explicit AnnouncementSchedule(AnnouncementSettings settings) : settings_(settings) {}

  void start(TimePoint now);  // master now, or again sure to be
  void stop();
  // How many times each VIP is to be announced now; 0 when deadline() has not come.
  unsigned due(TimePoint now);
  std::optional<TimePoint> deadline() const;

 private:
  AnnouncementSettings settings_;
  std::optional<TimePoint> burst_;
  std::optional<TimePoint> again_;
  std::optional<TimePoint> refresh_;
  std::optional<TimePoint> last_burst_;
};

}  // namespace drover::failover
