// SPDX-License-Identifier: BSD-3-Clause
// Connection synchronisation, in process: what it costs a worker (as a ratio to the same without
// it, in one run), how many changes a second one control thread carries, how long a table of a
// million connections takes to another balancer, and how much memory there is to it.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/sync_hold.h"
#include "lib/base/doorbell.h"
#include "lib/failover/sync_datagram.h"
#include "lib/net/wire.h"
#include "test/harness/client_frame.h"
#include "test/harness/synced_plant.h"

namespace drover::test {
namespace {

using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::duration<double, std::nano>;
using Microseconds = std::chrono::duration<double, std::micro>;

constexpr MacAddress port_mac{{2, 0, 0, 0, 0, 0x0b}};
const IpAddress first_address = *IpAddress::parse("192.0.2.11");
const IpAddress second_address = *IpAddress::parse("192.0.2.12");
const IpAddress vip = *IpAddress::parse("192.0.2.10");

std::string file(std::uint64_t connections) {
  return fmt::format(
      "nodes:\n  test: {{address: 192.0.2.11/24}}\n  other: {{address: 192.0.2.12/24}}\n"
      "connections: {}\nports:\n  - {{name: front, driver: vdev, device: net_ring0}}\n"
      "services:\n  - name: web\n    address: 192.0.2.10\n    ports: [80]\n    scheduler: rr\n"
      "    servers:\n      - {{address: 192.0.2.21, mac: \"02:00:00:00:01:01\"}}\n"
      "      - {{address: 192.0.2.22, mac: \"02:00:00:00:01:02\"}}\n",
      connections);
}

Bytes frame(std::uint32_t flow, std::uint8_t flags) {
  return tcp_frame({.to = port_mac,
                    .client = Ipv4Address(0x0a000000 + flow / 50'000),
                    .client_port = static_cast<std::uint16_t>(1024 + flow % 50'000),
                    .vip = vip,
                    .flags = flags});
}

template <class Work>
Nanoseconds time_of(Work&& work) {
  const auto begin = Clock::now();
  work();
  return Clock::now() - begin;
}

void drain(InProcessPlant& plant) {
  datapath::Crossing& crossing = plant.crossing(WorkerId(0));
  std::vector<datapath::FlowRecord> records(256);
  std::uint64_t told = crossing.flow_changes_told.load();
  while (const unsigned count = crossing.flow_changes.pop_some(records)) told += count;
  crossing.flow_changes_told.store(told);
}

// Nanoseconds a packet of one worker's turns; the best of several rounds.
double worker_cost(InProcessPlant& plant, std::uint32_t& flow, bool opens) {
  constexpr int rounds = 7;
  constexpr std::uint32_t bursts = 400;
  constexpr std::uint32_t burst = 32;
  double best = 1e9;
  for (int round = 0; round < rounds; ++round) {
    Nanoseconds spent{};
    for (std::uint32_t i = 0; i < bursts; ++i) {
      for (std::uint32_t at = 0; at < burst; ++at)
        plant.inject(PortId(0), opens ? frame(flow++, TcpHeader::syn)
                                      : frame((i * burst + at) % 10'000, TcpHeader::ack));
      spent += time_of([&] { plant.turn(); });
      drain(plant);
      // What waited for its record.
      if (opens) spent += time_of([&] { plant.turn(); });
      plant.take_departures();
    }
    best = std::min(best, spent.count() / (bursts * burst));
  }
  return best;
}

void report_worker(const char* what, double off, double on) {
  fmt::print("worker, {}: {:.1f} ns without, {:.1f} ns with, ratio {:.3f}\n", what, off, on,
             on / off);
}

void measure_worker() {
  const auto config = load_config(file(1'000'000));
  SyncedPlant first(config, {.ports = {{port_mac}}}, first_address, second_address, 1);
  SyncedPlant second(config, {.ports = {{port_mac}}}, second_address, first_address, 2);
  InProcessPlant& plant = first.plant;
  std::uint32_t flow = 0;
  const double warm = worker_cost(plant, flow, true);
  static_cast<void>(warm);
  const double known_off = worker_cost(plant, flow, false);
  const double new_off = worker_cost(plant, flow, true);
  first.tick();
  second.tick();
  exchange_all(first, second);
  report_worker("a packet of a connection", known_off, worker_cost(plant, flow, false));
  report_worker("a SYN, whose record control sends", new_off, worker_cost(plant, flow, true));
  plant.set_neighbour(second_address, MacAddress{{2, 0, 0, 0, 0, 0x0c}});
  report_worker("a SYN, whose record the worker sends", new_off, worker_cost(plant, flow, true));
  fmt::print("  {} records were sent, {} left out\n",
             plant.counters(WorkerId(0)).flow_records_sent.value(),
             plant.counters(WorkerId(0)).flow_changes_shed.value());
}

// What decides who sends a new connection's record: sealing takes a worker so long in each burst
// that opens connections; control must be rung.
void measure_decision() {
  constexpr int times = 20'000;
  constexpr std::size_t record = 36;
  const failover::SyncKey key(std::vector<std::uint8_t>(32, 7));
  std::vector<std::uint8_t> room(1'500);
  for (const std::size_t records : {1, 3, 8, 32}) {
    const Nanoseconds seals = time_of([&] {
      for (int i = 0; i < times; ++i)
        failover::seal_in_place({.sequence = static_cast<std::uint64_t>(i)}, room,
                                8 + records * record, key);
    });
    const double each = seals.count() / times;
    fmt::print("a burst that opens {:2}: {:.0f} ns to seal their records, {:.0f} ns each\n",
               records, each, each / static_cast<double>(records));
  }
  Doorbell bell;
  const Nanoseconds rings = time_of([&] {
    for (int i = 0; i < times; ++i) {
      bell.ring();
      bell.answer();
    }
  });
  fmt::print("a bell rung and answered: {:.0f} ns; rung again meanwhile: ", rings.count() / times);
  const Nanoseconds rung = time_of([&] {
    for (int i = 0; i < times; ++i) bell.ring();
  });
  fmt::print("{:.1f} ns\n", rung.count() / times);
}

void measure_waits(bool by_worker) {
  const auto config = load_config(file(1'000'000));
  std::uint32_t flow = 0;
  for (const unsigned rate : {1'000U, 10'000U, 100'000U}) {
    SyncedPlant first(config, {.ports = {{port_mac}}}, first_address, second_address, 1);
    SyncedPlant second(config, {.ports = {{port_mac}}}, second_address, first_address, 2);
    if (by_worker) first.plant.set_neighbour(second_address, MacAddress{{2, 0, 0, 0, 0, 0x0c}});
    first.tick();
    second.tick();
    exchange_all(first, second);
    const auto held = measure_hold(first, rate, std::chrono::seconds(2),
                                   [&](std::uint32_t) { return frame(flow++, TcpHeader::syn); });
    fmt::print(
        "{:6} SYN a second, whose records {} sends, wait {:.1f} us (median), {:.1f} us (99 %), "
        "{:.0f} us (longest); {:.2f} wakes of control and {:.4f} late each\n",
        rate, by_worker ? "the worker" : "control", Microseconds(held.median).count(),
        Microseconds(held.of_99_percent).count(), Microseconds(held.longest).count(), held.wakes,
        held.late);
  }
}

datapath::FlowRecord record_of(const SyncedPlant& synced, std::uint32_t flow) {
  datapath::FlowRecord record;
  record.client = Ipv4Address(0x0a000000 + flow / 50'000);
  record.client_port = static_cast<std::uint16_t>(1024 + flow % 50'000);
  record.virtual_port = 80;
  record.vip = synced.plant.builder().vips().front().tcp;
  record.state = flow::TcpState::established;
  record.destination = synced.plant.builder().services().front().servers[flow % 2].id;
  record.left = flow::Ticks(3'600);
  return record;
}

void fill(SyncedPlant& synced, std::uint32_t connections) {
  auto& ring = synced.plant.crossing(WorkerId(0)).received_flows;
  for (std::uint32_t flow = 0; flow < connections; ++flow) {
    if (ring.room() == 0) synced.plant.run();
    ring.push(record_of(synced, flow));
  }
  synced.plant.run();
}

void measure_table(std::uint32_t connections) {
  const auto config = load_config(file(connections));
  SyncedPlant first(config, {.ports = {{port_mac}}}, first_address, second_address, 1);
  SyncedPlant second(config, {.ports = {{port_mac}}}, second_address, first_address, 2);
  fill(first, connections);
  Nanoseconds tells{};
  Nanoseconds sends{};
  Nanoseconds hears{};
  Nanoseconds enters{};
  std::uint64_t bytes = 0;
  std::uint64_t datagrams = 0;
  const std::uint64_t begin = first.plant.now();
  first.tick();
  second.tick();
  for (int steps = 0; !second.exchange().peers()[0].session.complete() && steps < 60'000; ++steps) {
    tells += time_of([&] { first.plant.wait(std::chrono::milliseconds(1)); });
    sends += time_of([&] {
      while (first.pump()) {
      }
    });
    for (; !first.sent.empty(); first.sent.pop_front()) {
      bytes += first.sent.front().size();
      ++datagrams;
      hears += time_of([&] { second.hear(first.address(), first.sent.front()); });
    }
    enters += time_of([&] { second.plant.run(); });
    second.plant.wait(std::chrono::milliseconds(1));
    for (; !second.sent.empty(); second.sent.pop_front())
      first.hear(second.address(), second.sent.front());
    if (steps % 500 == 0) {
      first.tick();
      second.tick();
    }
  }
  const auto rows = static_cast<double>(connections);
  fmt::print("a table of {} connections: {:.1f} s at its pace, {} datagrams, {:.1f} MB\n",
             connections, static_cast<double>(first.plant.now() - begin) / 1e9, datagrams,
             static_cast<double>(bytes) / 1e6);
  fmt::print(
      "  a row: {:.0f} ns of the worker that tells, {:.0f} ns of control that sends,\n"
      "         {:.0f} ns of control that hears, {:.0f} ns of the worker that enters it\n",
      tells.count() / rows, sends.count() / rows, hears.count() / rows, enters.count() / rows);
  fmt::print("  so one control thread sends {:.2f} million changes a second and hears {:.2f}\n",
             1e3 / (sends.count() / rows), 1e3 / (hears.count() / rows));
  fmt::print("  arrived: {}\n", second.plant.counters(WorkerId(0)).table_entries.value());
}

void tell_memory() {
  constexpr double kilo = 1024;
  fmt::print(
      "memory a worker: {:.0f} KiB of rings, {:.0f} KiB for records and waiting frames; none a "
      "connection\n",
      (8'192 + 4'096) * sizeof(datapath::FlowRecord) / kilo,
      (sizeof(datapath::UnannouncedFrames) + sizeof(datapath::RecordSender)) / kilo);
}

}  // namespace
}  // namespace drover::test

int main(int argc, char** argv) {
  const std::uint32_t connections =
      argc > 1 ? static_cast<std::uint32_t>(std::stoul(argv[1])) : 1'000'000;
  drover::test::measure_decision();
  drover::test::measure_waits(false);
  drover::test::measure_waits(true);
  drover::test::measure_worker();
  drover::test::measure_table(connections);
  drover::test::tell_memory();
}
