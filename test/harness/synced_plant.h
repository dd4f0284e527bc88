// SPDX-License-Identifier: BSD-3-Clause
// A data path with its side of connection synchronisation. What it sends to the other balancer is
// collected; the test carries it over, loses it, or changes it.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "lib/control/flow_bridge.h"
#include "lib/control/sync_directory.h"
#include "lib/control/sync_exchange.h"
#include "test/harness/in_process_plant.h"

namespace drover::test {

class SyncedPlant {
 public:
  SyncedPlant(const config::Config& config, PlantSettings settings, const IpAddress& self,
              const IpAddress& other, std::uint64_t boot);

  InProcessPlant plant;
  // To the other balancer, by workers themselves or by control; as of the last gather() or pump().
  std::deque<Bytes> sent;
  std::vector<std::string> events;

  const IpAddress& address() const { return self_; }
  control::SyncExchange& exchange() { return exchange_; }
  void configure(const config::Config& config);
  void hear(const IpAddress& from, std::span<const std::uint8_t> datagram);
  // What the control thread does when it is rung: true if the workers had something to tell.
  bool pump();
  // What workers have sent themselves: true if there was any.
  bool gather();
  void tick() { exchange_.tick(now()); }
  control::SyncExchange::TimePoint now() const {
    return control::SyncExchange::TimePoint(std::chrono::nanoseconds(plant.now()));
  }

 private:
  void set_reporting();
  std::vector<datapath::Crossing*> crossings();

  IpAddress self_;
  control::SyncDirectory directory_;
  control::FlowBridge bridge_;
  control::SyncExchange exchange_;
  control::RecordSeal seal_;
  datapath::FlowReporting reporting_ = datapath::FlowReporting::off;
};

// Carries over what each has sent, until both are silent.
void exchange_all(SyncedPlant& one, SyncedPlant& other);

}  // namespace drover::test
