// SPDX-License-Identifier: BSD-3-Clause
// A balancer whose table holds the traffic's flows, and the frames that go through it or, over the
// same port, through another forwarder.
#pragma once

#include <cstdint>

#include "bench/datapath/balancer.h"
#include "bench/datapath/measure.h"
#include "bench/datapath/traffic.h"
#include "bench/datapath/wire.h"

namespace drover::bench {

class Session {
 public:
  // Opens the flows: each has sent a SYN and an ACK.
  Session(const BalancerSettings& balancer, const TrafficSettings& traffic);

  // The mix through drover. Throws std::runtime_error if a frame has not gone to a server.
  Run balanced();
  // The same mix, in a position of its own, through another one.
  Run through(Forwarder& forwarder);
  // Shows another one each flow's first packet.
  void introduce(Forwarder& forwarder);

  std::uint16_t ethdev() { return balancer_.plant().port(PortId(0)).ethdev(); }
  Balancer& balancer() { return balancer_; }

 private:
  void pass(Forwarder& forwarder, Traffic& traffic, std::uint64_t packets);

  TrafficSettings settings_;
  Balancer balancer_;
  Traffic traffic_;
  Traffic others_traffic_;
  Wire wire_;
};

}  // namespace drover::bench
