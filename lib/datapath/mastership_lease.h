// SPDX-License-Identifier: BSD-3-Clause
// Until when this balancer may speak for the VIPs of a virtual router. The heartbeat thread writes
// it, workers read it, relaxed; it outlives snapshots.
//
// A lease and not a flag: each advertisement extends it to the moment from which another balancer
// may have taken over. A daemon that was stopped and goes on answers nothing then, whichever of its
// threads wakes up first.
#pragma once

#include <atomic>
#include <cstdint>

namespace drover::datapath {

class MastershipLease {
 public:
  // Nanoseconds of TscClock.
  bool holds(std::uint64_t now) const { return now < until_.load(std::memory_order_relaxed); }
  void extend(std::uint64_t until) { until_.store(until, std::memory_order_relaxed); }
  void end() { extend(0); }

 private:
  std::atomic<std::uint64_t> until_{0};
};

}  // namespace drover::datapath
