// SPDX-License-Identifier: BSD-3-Clause
// Carries frames between the workers and the ports' host interfaces. Control thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "lib/control/event_source.h"
#include "lib/control/plant.h"

namespace drover::control {

class HostBridge {
 public:
  // Ports without a host interface are passed over.
  HostBridge(boost::asio::io_context& loop, const Plant& plant);

  // What the workers have for the kernel; after the doorbell. Bounded: true if there may be more.
  bool drain_workers();

  // Frames of the port with this index in the plant that the kernel (its interface down, its queue
  // full) or the worker (its queue full, no mbuf left) did not take.
  std::uint64_t dropped(std::size_t port) const { return dropped_[port]; }

 private:
  void from_kernel(std::size_t port);
  void to_kernel(rte_mbuf* frame);
  void stop_if_deleted(std::size_t port);

  const Plant& plant_;
  std::map<std::size_t, Readable> readable_;  // by port
  std::vector<std::uint64_t> dropped_;        // by port
};

}  // namespace drover::control
