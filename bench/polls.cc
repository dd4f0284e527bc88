// SPDX-License-Identifier: BSD-3-Clause
// How long a worker stays away from its queues at most, in processor time of its own thread, while
// it carries traffic and something else is asked of it: a reload, a scrape, a listing, telling the
// other balancer its whole table, taking the other's whole table in.
//
// Where the kernel counts interrupts' time as the interrupted thread's (without
// CONFIG_IRQ_TIME_ACCOUNTING), they are in these times. So between two turns the same thread
// computes something for as long as a turn takes, without drover: what that takes at most is the
// machine's own part.
//
// usage: bench_polls [CONNECTIONS]
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "bench/datapath/balancer.h"
#include "bench/datapath/disturbance.h"
#include "bench/datapath/session.h"
#include "bench/datapath/wire.h"
#include "lib/datapath/flow_record.h"
#include "test/harness/test_eal.h"

namespace drover::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto duration = 3s;  // of each activity that has no end of its own

double thread_microseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

// Does nothing for some time, by a number of steps that is always the same.
void spin(std::uint64_t steps) {
  volatile std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < steps; ++i) sum = sum * 3 + i;
}

// So many steps that spin() takes as long.
std::uint64_t steps_of(double microseconds) {
  constexpr std::uint64_t tried = 1'000'000;
  const double begin = thread_microseconds();
  spin(tried);
  const double each = (thread_microseconds() - begin) / static_cast<double>(tried);
  return static_cast<std::uint64_t>(microseconds / each) + 1;
}

// What turns, and what is done between them, took.
struct Times {
  std::vector<double> microseconds;

  void add(double begin) {
    constexpr std::size_t most = 20'000'000;
    if (microseconds.size() < most) microseconds.push_back(thread_microseconds() - begin);
  }
  std::string text() {
    if (microseconds.empty()) return fmt::format("{:>10} {:>10} {:>10}", 0, "-", "-");
    std::ranges::sort(microseconds);
    const std::size_t late = microseconds.size() - 1 - microseconds.size() / 10'000;
    return fmt::format("{:>10} {:>10.1f} {:>10.1f}", microseconds.size(), microseconds[late],
                       microseconds.back());
  }
};

// Turns the worker with full bursts, on a thread of its own, and times each turn.
class TimedWorker {
 public:
  TimedWorker(Balancer& balancer, const TrafficSettings& traffic)
      : balancer_(balancer), traffic_(traffic), thread_([this] { run(); }) {}
  ~TimedWorker() {
    stop_ = true;
    thread_.join();
  }
  TimedWorker(const TimedWorker&) = delete;
  TimedWorker& operator=(const TimedWorker&) = delete;

  // Turns while `act` is under way; prints their longest and their 99.99th percentile, and those of
  // the times without drover.
  void measure(const std::string& name, const std::function<void()>& act) {
    phase_ = Phase::timing;
    act();
    phase_ = Phase::pausing;
    while (phase_ != Phase::paused) std::this_thread::sleep_for(1ms);
    fmt::print("{:<40} {} {}\n", name, turns_.text(), without_.text());
    turns_ = without_ = {};
  }

 private:
  enum class Phase { paused, timing, pausing };

  void run() {
    Wire wire(balancer_.plant().port(PortId(0)), 0);
    Traffic traffic(traffic_);
    const auto write = [&traffic](rte_mbuf* frame) { traffic.write_next(frame); };
    wire.fill(write);
    constexpr unsigned tried = 10'000;
    const double first = thread_microseconds();
    for (unsigned i = 0; i < tried; ++i) {
      balancer_.turn();
      wire.exchange(write);
    }
    const std::uint64_t steps = steps_of((thread_microseconds() - first) / tried);
    while (!stop_) {
      const bool timing = phase_ == Phase::timing;
      double begin = thread_microseconds();
      balancer_.turn();
      if (timing) {
        turns_.add(begin);
        begin = thread_microseconds();
        spin(steps);
        without_.add(begin);
      }
      if (phase_ == Phase::pausing) phase_ = Phase::paused;
      wire.exchange(write);
    }
  }

  Balancer& balancer_;
  TrafficSettings traffic_;
  std::atomic<Phase> phase_ = Phase::paused;
  std::atomic<bool> stop_ = false;
  Times turns_;
  Times without_;
  std::thread thread_;
};

void wait_out(Disturbance& disturbance) {
  disturbance.resume();
  std::this_thread::sleep_for(duration);
  disturbance.pause();
}

std::size_t list_all(Balancer& balancer) {
  auto& crossing = balancer.plant().crossing(WorkerId(0));
  crossing.commands.push({.request = 1});
  std::vector<datapath::ConnectionRow> rows(256);
  for (std::size_t listed = 0;;)
    for (unsigned count = crossing.rows.pop_some(rows), i = 0; i < count; ++i) {
      if (rows[i].is_end != 0) return listed;
      ++listed;
    }
}

// The worker's side of another balancer's wish for the whole table.
void tell_all(Balancer& balancer) {
  auto& crossing = balancer.plant().crossing(WorkerId(0));
  datapath::FlowRecord wish;
  wish.kind = datapath::FlowRecord::Kind::tell_table;
  crossing.received_flows.push(wish);
  std::vector<datapath::FlowRecord> records(256);
  std::uint64_t told = crossing.flow_changes_told.load();
  for (bool ended = false; !ended;) {
    const unsigned count = crossing.flow_changes.pop_some(records);
    for (unsigned i = 0; i < count; ++i)
      ended |= records[i].kind == datapath::FlowRecord::Kind::table_end;
    crossing.flow_changes_told.store(told += count);
  }
}

// Connections that nobody here has had yet.
void take_in(Balancer& balancer, std::uint32_t connections) {
  auto& crossing = balancer.plant().crossing(WorkerId(0));
  datapath::FlowRecord record;
  record.virtual_port = 80;
  record.vip = balancer.plant().builder().vips().front().tcp;
  record.state = flow::TcpState::established;
  record.destination = balancer.plant().builder().services().front().servers.front().id;
  record.left = flow::Ticks(3'600);
  for (std::uint32_t number = 0; number < connections;) {
    record.client = Ipv4Address(0x0b000000 + number / 50'000);
    record.client_port = static_cast<std::uint16_t>(1'024 + number % 50'000);
    if (crossing.received_flows.push(record)) ++number;
  }
  while (!crossing.received_flows.empty()) std::this_thread::sleep_for(1ms);
}

void run(std::uint32_t connections) {
  BalancerSettings settings{.servers = 1'000, .connections = 2 * std::uint64_t{connections}};
  const TrafficSettings traffic{.flows = connections};
  Session session(settings, traffic);
  Balancer& balancer = session.balancer();
  TimedWorker worker(balancer, traffic);
  fmt::print("{} connections, 1000 servers; microseconds of the worker's own processor time\n",
             connections);
  fmt::print("{:<40} {:^32} {:^32}\n", "", "turns of the worker", "as long without drover");
  fmt::print("{:<40} {:>10} {:>10} {:>10} {:>10} {:>10} {:>10}\n", "", "number", "99.99 %",
             "longest", "number", "99.99 %", "longest");
  worker.measure("nothing", [] { std::this_thread::sleep_for(duration); });
  worker.measure("a reload every 100 ms", [&] { wait_out(*make_reloads(balancer, settings)); });
  worker.measure("a scrape every second", [&] { wait_out(*make_scrapes(balancer)); });
  worker.measure("a listing of all connections", [&] { list_all(balancer); });
  balancer.plant().set_flow_reporting(datapath::FlowReporting::ahead);
  worker.measure("telling the other balancer all of them", [&] { tell_all(balancer); });
  balancer.plant().set_flow_reporting(datapath::FlowReporting::off);
  worker.measure("taking in as many of the other's", [&] { take_in(balancer, connections); });
}

}  // namespace
}  // namespace drover::bench

int main(int argc, char** argv) {
  drover::test::start_eal({"--no-huge", "-m", "1024"});
  drover::bench::run(argc > 1 ? static_cast<std::uint32_t>(std::stoul(argv[1])) : 1'000'000);
}
