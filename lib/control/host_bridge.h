// SPDX-License-Identifier: BSD-3-Clause
// Carries frames between the workers and the ports' host interfaces. Control thread only.
#pragma once

#include <cstdint>
#include <functional>
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

  // Frames that the kernel (its interface down, its queue full) or a worker's queue did not take.
  std::uint64_t dropped() const { return dropped_; }

 private:
  void from_kernel(const PlantPort& port);
  void to_kernel(rte_mbuf* frame);

  const Plant& plant_;
  std::vector<Readable> readable_;
  std::uint64_t dropped_ = 0;
};

}  // namespace drover::control
