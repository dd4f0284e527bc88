// SPDX-License-Identifier: BSD-3-Clause
// The product's data path inside a test: its workers on in-process ports, its snapshots made from a
// configuration file's text. The test gives frames, MAC addresses and the time, and sees what
// leaves. One thread, no sleeping.
//
//   InProcessPlant plant(load_config(text), {.ports = {{mac}}, .workers = 2});
//   plant.inject(PortId(0), frame);
//   plant.run();
//   for (const Departure& departure : plant.take_departures()) ...
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "lib/config/config.h"
#include "lib/control/grown_tables.h"
#include "lib/control/snapshot_builder.h"
#include "lib/datapath/crossing.h"
#include "lib/datapath/snapshot_store.h"
#include "lib/datapath/worker.h"
#include "test/harness/ring_port.h"

namespace drover::test {

// Throws std::runtime_error with all that is wrong.
config::Config load_config(std::string_view text, const std::string& file_name = "drover.yaml");

struct PlantPort {
  MacAddress mac;
  bool host_interface = false;
  std::uint16_t mtu = 0;     // 0: none is known
  std::uint16_t queues = 0;  // 0: as all of them
};

// Datagrams to it are what one balancer tells another.
inline constexpr std::uint16_t sync_port = 8849;

struct PlantSettings {
  std::vector<PlantPort> ports;  // by PortId
  std::uint16_t workers = 1;
  std::uint16_t queues = 0;  // of each port, at most one a worker; 0: one each
  unsigned ring_size = 1024;
  bool has_fast_path = true;
};

// A frame that left the data path.
struct Departure {
  enum class To { wire, kernel };
  To to = To::wire;
  PortId port;
  WorkerId worker;  // for the wire: the queue
  Bytes frame;
};

class InProcessPlant {
 public:
  InProcessPlant(const config::Config& config, PlantSettings settings);
  ~InProcessPlant();

  // What the control thread does: another configuration, a neighbour that is found or lost.
  // Servers whose MAC address the file does not give start unresolved.
  void configure(const config::Config& config);
  // What health checks say of the servers of the first virtual service, in its order.
  void set_standings(const std::vector<control::Standing>& standings);
  // Who speaks for which VIP.
  void set_roles(std::map<IpAddress, datapath::VipRole> roles);
  void set_flow_reporting(datapath::FlowReporting reporting,
                          std::chrono::nanoseconds refresh = std::chrono::seconds(30));
  void set_record_order(std::optional<control::RecordOrder> order);
  void set_neighbour(const IpAddress& server, std::optional<MacAddress> mac);

  // To the queue that receive side scaling chooses. It is treated at the next turn.
  void inject(PortId port, std::span<const std::uint8_t> frame, std::size_t first_segment = 0);
  // One turn of each worker.
  void turn();
  // Turns until no worker finds work.
  void run();
  // Moves the clock on, with turns on the way as an idle worker makes them.
  void wait(std::chrono::nanoseconds duration);

  // Since the last call; of each worker in its order.
  std::vector<Departure> take_departures();
  // Datagrams to another balancer that workers have sent since the last call; no departures.
  std::vector<Bytes> take_records();
  std::vector<datapath::WorkerEvent> take_events();
  // Asks each worker for its connections.
  std::vector<datapath::ConnectionRow> list_connections();

  // Asks each worker for a flow; their answers.
  std::vector<datapath::FlowAnswer> look_up(const datapath::FlowQuestion& question);

  std::uint16_t workers() const { return settings_.workers; }
  // For who drives them himself, as a benchmark does: turns of one worker, a port's rings.
  datapath::Worker& worker(WorkerId worker);
  RingPort& port(PortId port) { return *ports_.at(port.value()); }
  const datapath::WorkerCounters& counters(WorkerId worker) const;
  datapath::Crossing& crossing(WorkerId worker);
  std::uint64_t total(datapath::Verdict verdict) const;  // of all workers
  void renew_scheduler(const control::ServiceKey& service) { builder_.renew_scheduler(service); }
  const control::SnapshotBuilder& builder() const { return builder_; }
  std::uint64_t now() const { return now_; }
  std::uint16_t ethdev(PortId port) const { return ports_.at(port.value())->ethdev(); }

 private:
  struct WorkerParts;
  using TimePoint = control::SnapshotBuilder::TimePoint;
  TimePoint time() const { return TimePoint(std::chrono::nanoseconds(now_)); }
  void publish();
  void collect(WorkerId worker);
  std::vector<datapath::PortFacts> port_facts(const config::Config& config) const;

  PlantSettings settings_;
  std::vector<std::unique_ptr<RingPort>> ports_;
  control::SnapshotBuilder builder_;
  control::GrownTables grown_tables_;
  std::map<IpAddress, MacAddress> neighbours_;
  datapath::SnapshotStore snapshots_;
  Doorbell doorbell_;
  std::vector<std::unique_ptr<WorkerParts>> workers_;
  std::vector<Departure> departures_;
  std::vector<Bytes> records_;
  std::optional<TimePoint> next_publication_;
  std::uint64_t now_ = 1'000'000'000'000;
};

// Of all workers together.
struct DestinationTotals {
  std::uint64_t active = 0;
  std::uint64_t inactive = 0;
  std::uint64_t persistent = 0;
  std::uint64_t connections = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};
DestinationTotals totals(const control::ServerView& server);

}  // namespace drover::test
