// SPDX-License-Identifier: BSD-3-Clause
// A balancer of two workers, each with a queue, its traffic and a thread of its own: what one costs
// the other.
#pragma once

#include <array>
#include <memory>

#include "bench/datapath/balancer.h"
#include "bench/datapath/measure.h"
#include "bench/datapath/traffic.h"
#include "bench/datapath/wire.h"

namespace drover::bench {

class TwoWorkers {
 public:
  // Opens the flows, half of them with each.
  TwoWorkers(BalancerSettings balancer, TrafficSettings traffic);

  // The first worker's packets, on the calling thread: while the second one has as many to treat,
  // or nothing.
  Run both();
  Run first_alone();

 private:
  struct Side {
    Side(const TrafficSettings& settings, test::RingPort& port, std::uint16_t queue)
        : traffic(settings), wire(port, queue) {}
    Traffic traffic;
    Wire wire;
  };
  void open(WorkerId worker, std::uint32_t flows);
  void pass(WorkerId worker, std::uint64_t packets);

  Balancer balancer_;
  std::array<std::unique_ptr<Side>, 2> sides_;
};

}  // namespace drover::bench
