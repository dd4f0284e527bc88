// SPDX-License-Identifier: BSD-3-Clause
// drover's data path as it is measured: the product's own worker, with everything switched on.
#pragma once

#include <cstdint>
#include <string>

#include "bench/datapath/forwarder.h"
#include "bench/datapath/traffic.h"
#include "lib/datapath/tsc_clock.h"
#include "test/harness/in_process_plant.h"

namespace drover::bench {

struct BalancerSettings {
  Shape shape = Shape::tcp_v4;
  std::uint32_t services = 1;
  std::uint32_t servers = 3;  // of each service
  std::uint64_t connections = 1'000'000;
  std::uint16_t workers = 1;
  bool has_peer = false;            // another balancer, which is told of new connections
  std::string more_of_a_service{};  // keys, each on an own line of the configuration
};

class Balancer : public Forwarder {
 public:
  explicit Balancer(const BalancerSettings& settings);

  // Of the first worker.
  void turn() override { turn(WorkerId(0)); }
  void turn(WorkerId worker) { plant_.worker(worker).turn(clock_.nanoseconds()); }

  test::InProcessPlant& plant() { return plant_; }
  // Frames that went to a server, whichever way it was found.
  std::uint64_t forwarded() const;
  // Of these the ones that the table had no room for.
  std::uint64_t unkept() const { return plant_.total(datapath::Verdict::forwarded_unkept); }

 private:
  void introduce_peer();

  test::InProcessPlant plant_;
  datapath::TscClock clock_;
};

// The configuration file of such a balancer.
std::string file_of(const BalancerSettings& settings);

}  // namespace drover::bench
