// SPDX-License-Identifier: BSD-3-Clause
// Machines that claim a VIP although it is not theirs: most often a real server that answers ARP
// for the VIP on its loopback. Pure: time comes in. Control thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "lib/net/address.h"

namespace drover::control {

class VipConflicts {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  struct Claim {
    std::uint64_t frames = 0;
    TimePoint last;
  };
  using Claims = std::map<std::pair<IpAddress, MacAddress>, Claim>;  // by VIP and claimant

  // Machines that may claim a VIP: ourselves and the other balancers.
  void allow(std::set<MacAddress> balancers) { balancers_ = std::move(balancers); }

  // `mac` says that `vip` is at it. Whether that is worth telling: the first time, and again after
  // an hour's silence.
  bool heard(const IpAddress& vip, const MacAddress& mac, TimePoint now);

  const Claims& claims() const { return claims_; }  // at most 1,024
  std::uint64_t frames() const { return frames_; }  // of all claimants, forgotten ones too

 private:
  void make_room();

  std::set<MacAddress> balancers_;
  Claims claims_;
  std::uint64_t frames_ = 0;
};

}  // namespace drover::control
