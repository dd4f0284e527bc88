// SPDX-License-Identifier: BSD-3-Clause
// What 1,000 servers checked once a second cost the control thread: its processor time, in percent
// of a core, at the VIP (`via: vip`, the default) and at the servers' own addresses (`via: real`),
// by turns, beside a loop that does nothing but the same system calls (the floor).
//
// The servers are one process at the other end of a pair of veth. There the kernel does the
// receiving side's work, too, on the sender's account, so a real network costs less.
// Figures: docs/performance.md.
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "bench/check_servers.h"
#include "lib/control/vip_route.h"
#include "lib/health/http_request.h"
#include "lib/health/monitor.h"
#include "lib/health/socket_address.h"

namespace {

using namespace drover;
using namespace drover::health;
using bench::CheckServers;
using std::chrono::seconds;

constexpr std::size_t servers = 1'000;
constexpr int rounds = 3;
constexpr seconds settle{2};
constexpr seconds measured{5};

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

Subject subject(std::size_t number) {
  return {.server = CheckServers::address(number),
          .vip = *IpAddress::parse(CheckServers::vip),
          .port = CheckServers::port};
}

std::unique_ptr<control::VipRoute> vip_route(boost::asio::io_context& loop) {
  auto route = control::VipRoute::open(loop, {CheckServers::interface});
  std::vector<control::RoutedServer> routed;
  for (std::size_t i = 0; i < servers; ++i)
    routed.push_back({CheckServers::address(i), CheckServers::interface, CheckServers::mac()});
  if (route)
    if (const auto updated = (*route)->update(routed, {*IpAddress::parse(CheckServers::vip)});
        !updated)
      route = tl::unexpected(updated.error());
  if (!route) {
    std::fprintf(stderr, "%s\n", to_string(route.error()).c_str());
    std::exit(1);
  }
  return std::move(*route);
}

struct Cost {
  double percent = 0;  // of a core
  double microseconds = 0;
  double checks_a_second = 0;
  std::size_t not_up = 0;
  double start_milliseconds = 0;
};

Cost cost_of(double processor_time, std::uint64_t checks) {
  const double wall = std::chrono::duration<double>(measured).count();
  return {.percent = processor_time * 100 / wall,
          .microseconds = processor_time * 1e6 / static_cast<double>(checks),
          .checks_a_second = static_cast<double>(checks) / wall};
}

Cost monitor_checks(config::Via via) {
  config::Check check{.kind = config::HttpCheck{}, .port = {}, .fast_interval = {}};
  check.via = via;
  check.interval = seconds(1);
  check.timeout = seconds(1);
  std::set<WatchedCheck> checks;
  for (std::size_t i = 0; i < servers; ++i) checks.insert({subject(i), check});

  boost::asio::io_context loop;
  Monitor monitor(loop, {.real = make_real_route({}), .vip = vip_route(loop)}, 1, [] {});
  const double start = processor_seconds();
  monitor.watch(checks);
  const double started = processor_seconds() - start;
  loop.run_for(settle);
  const auto runs = [&] {
    std::uint64_t good = 0;
    for (const WatchedCheck& one : checks) good += monitor.status(one).statistics.good;
    return good;
  };
  const std::uint64_t runs_before = runs();
  const double before = processor_seconds();
  loop.run_for(measured);
  Cost cost = cost_of(processor_seconds() - before, runs() - runs_before);
  cost.start_milliseconds = started * 1e3;
  cost.not_up = static_cast<std::size_t>(std::ranges::count_if(
      checks, [&](const WatchedCheck& one) { return monitor.status(one).state != State::up; }));
  monitor.watch({});  // its runs under way would keep the server waiting
  return cost;
}

// All that a check at the server's own address needs, one after the other.
void floor_check(const Subject& subject, const std::string& request) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const linger none{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  const SocketAddress to(subject.server, subject.port);
  std::array<char, 4'096> bytes;
  if (connect(fd, to.get(), to.length) != 0 ||
      send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0 ||
      recv(fd, bytes.data(), bytes.size(), 0) <= 0)
    std::abort();
  close(fd);
}

Cost floor_checks() {
  const std::uint64_t checks = servers * static_cast<std::uint64_t>(measured.count());
  const std::string request = http_request(config::HttpCheck(), subject(0));
  const double before = processor_seconds();
  for (std::uint64_t i = 0; i < checks; ++i) floor_check(subject(i % servers), request);
  return cost_of(processor_seconds() - before, checks);
}

const Cost& median(std::vector<Cost>& costs) {
  std::ranges::sort(costs, {}, &Cost::percent);
  return costs[costs.size() / 2];
}

}  // namespace

int main() {
  if (geteuid() != 0) {
    std::puts("SKIPPED: network namespaces need root");
    return 77;
  }
  const CheckServers network;
  const std::array<config::Via, 2> ways{config::Via::vip, config::Via::real};
  std::array<std::vector<Cost>, 2> monitored;
  std::vector<Cost> floors;
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t way = 0; way < ways.size(); ++way)
      monitored[way].push_back(monitor_checks(ways[way]));
    floors.push_back(floor_checks());
  }
  const Cost& floor = median(floors);
  std::printf("%zu servers at 1 s; medians of %d rounds\n", servers, rounds);
  bool all_up = true;
  for (std::size_t way = 0; way < ways.size(); ++way) {
    for (const Cost& cost : monitored[way]) all_up = all_up && cost.not_up == 0;
    const Cost& cost = median(monitored[way]);
    std::printf(
        "via %-4s %5.2f %% of a core, %5.1f us a check; ratio %.2f; %.0f good a second, "
        "%.1f ms to begin\n",
        ways[way] == config::Via::vip ? "vip" : "real", cost.percent, cost.microseconds,
        cost.percent / floor.percent, cost.checks_a_second, cost.start_milliseconds);
  }
  std::printf("floor    %5.2f %% of a core, %5.1f us a check\n", floor.percent, floor.microseconds);
  if (!all_up) std::puts("not all servers were up");
  return all_up ? 0 : 1;
}
