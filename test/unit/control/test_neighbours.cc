// SPDX-License-Identifier: BSD-3-Clause
// The neighbour table and the probes against two real kernels' namespaces (network_namespace.h).
// Needs root. Time passes for real: the kernel keeps its own.
#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <map>
#include <thread>

#include "lib/control/neighbour_probe.h"
#include "lib/control/neighbour_table.h"
#include "test/unit/catch.h"
#include "test/unit/control/network_namespace.h"

namespace drover::control {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

const IpAddress server4 = *IpAddress::parse("192.0.2.21");
const IpAddress server6 = *IpAddress::parse("2001:db8::21");
const IpAddress nobody = *IpAddress::parse("192.0.2.99");
const MacAddress first_mac = *MacAddress::parse("02:00:00:00:00:21");
const MacAddress second_mac = *MacAddress::parse("02:00:00:00:00:77");

struct Fixture {
  Fixture() {
    auto opened =
        NeighbourTable::open(loop, [this](const IpAddress& address, std::optional<MacAddress> mac) {
          ++reports;
          reported[address] = mac;
        });
    REQUIRE(opened);
    table.emplace(std::move(*opened));
  }

  void watch(const std::vector<IpAddress>& addresses, bool with_probe) {
    std::vector<Neighbour> neighbours;
    for (const IpAddress& address : addresses) neighbours.push_back({address, "here0"});
    table->watch(neighbours);
    if (!with_probe) return;
    if (!probe) probe.emplace(loop, *table);
    probe->watch(neighbours, {});
  }

  // Runs the loop until the condition holds; the time it took, or none after `limit`.
  template <class Condition>
  std::optional<milliseconds> until(Condition condition, milliseconds limit = milliseconds(5000)) {
    const auto start = Clock::now();
    while (!condition()) {
      if (Clock::now() - start > limit) return std::nullopt;
      loop.run_for(milliseconds(2));
      loop.restart();
    }
    return std::chrono::duration_cast<milliseconds>(Clock::now() - start);
  }
  bool known(const IpAddress& address, const MacAddress& mac) {
    return reported.contains(address) && reported[address] == mac;
  }
  void pass(milliseconds time) {
    until([] { return false; }, time);
  }

  NetworkNamespace net{"neighbours"};
  boost::asio::io_context loop{1};
  int reports = 0;
  std::map<IpAddress, std::optional<MacAddress>> reported;
  std::optional<NeighbourTable> table;
  std::optional<NeighbourProbe> probe;
};

TEST_CASE_METHOD(Fixture, "table: what the kernel knows already is reported, the rest as unknown") {
  net.here("ip neighbour add 192.0.2.21 lladdr 02:00:00:00:00:21 dev here0 nud reachable");
  net.here("ip neighbour add 192.0.2.50 lladdr 02:00:00:00:00:50 dev here0 nud reachable");
  watch({server4, nobody}, false);
  REQUIRE(reports == 0);  // not from within watch()
  REQUIRE(until([&] { return reports == 2; }));
  REQUIRE(reported[server4] == first_mac);
  REQUIRE(reported.at(nobody) == std::nullopt);
  REQUIRE(table->mac(server4) == first_mac);
  watch({server4, nobody}, false);
  pass(milliseconds(50));
  REQUIRE(reports == 2);
}

TEST_CASE_METHOD(Fixture, "table: resolve asks the kernel, for both families") {
  watch({server4, server6, nobody}, false);
  table->resolve(server4);
  table->resolve(server6);
  table->resolve(nobody);
  REQUIRE(until([&] { return known(server4, first_mac) && known(server6, first_mac); }));
  pass(milliseconds(100));
  REQUIRE_FALSE(table->mac(nobody));
}

TEST_CASE_METHOD(Fixture,
                 "table: a MAC address stays known until another shows or it is unwatched") {
  watch({server4}, false);
  table->resolve(server4);
  REQUIRE(until([&] { return known(server4, first_mac); }));
  const int before = reports;
  net.here("ip neighbour change 192.0.2.21 dev here0 lladdr 02:00:00:00:00:21 nud failed");
  net.here("ip neighbour flush all");
  net.here("ip link set here0 down; ip link set here0 up");
  pass(milliseconds(50));
  REQUIRE(reports == before);
  REQUIRE(table->mac(server4) == first_mac);
  net.here("ip neighbour replace 192.0.2.21 lladdr 02:00:00:00:00:77 dev here0 nud stale");
  REQUIRE(until([&] { return known(server4, second_mac); }));
  watch({}, false);
  REQUIRE_FALSE(table->mac(server4));
}

TEST_CASE_METHOD(Fixture, "table: learn changes the kernel's entry, but no permanent one") {
  watch({server4, server6}, false);
  net.here("ip neighbour add 2001:db8::21 lladdr 02:00:00:00:00:21 dev here0 nud permanent");
  REQUIRE(until([&] { return known(server6, first_mac); }));
  table->learn(server4, first_mac);
  REQUIRE(until([&] { return known(server4, first_mac); }));
  table->learn(server4, second_mac);  // within the second of the kernel's locktime
  table->learn(server6, second_mac);
  REQUIRE(until([&] { return known(server4, second_mac); }));
  net.here("ip neighbour show 192.0.2.21 | grep -q 02:00:00:00:00:77.REACHABLE");
  pass(milliseconds(50));
  REQUIRE(table->mac(server6) == first_mac);
}

TEST_CASE_METHOD(Fixture, "table: news that the socket had no room for are read again") {
  watch({server4}, false);
  REQUIRE(until([&] { return reports == 1; }));
  // Without the loop; each entry gives a message of some 80 bytes, and much more in the buffer.
  net.here(
      "i=0; while [ $i -lt 4000 ]; do"
      " echo neighbour replace 2001:db8::1:$i lladdr 02:00:00:00:00:01 dev here0 nud permanent;"
      " i=$((i+1)); done | ip -batch -");
  net.here("ip neighbour replace 192.0.2.21 lladdr 02:00:00:00:00:77 dev here0 nud reachable");
  REQUIRE(until([&] { return known(server4, second_mac); }));
}

TEST_CASE_METHOD(Fixture, "table: an interface that vanishes and comes back") {
  watch({server4}, false);
  table->resolve(server4);
  REQUIRE(until([&] { return known(server4, first_mac); }));
  net.here("ip link delete here0");
  pass(milliseconds(50));
  table->resolve(server4);
  table->learn(server4, second_mac);
  REQUIRE(table->mac(server4) == first_mac);
  net.connect();
  net.here("ip neighbour replace 192.0.2.21 lladdr 02:00:00:00:00:77 dev here0 nud stale");
  REQUIRE(until([&] { return known(server4, second_mac); }));
}

TEST_CASE_METHOD(Fixture, "probe: servers are resolved without anybody's asking") {
  watch({server4, server6}, true);
  REQUIRE(until([&] { return known(server4, first_mac) && known(server6, first_mac); }));
}

TEST_CASE_METHOD(Fixture, "probe: a silent move is followed within three seconds") {
  watch({server4, server6}, true);
  REQUIRE(until([&] { return known(server4, first_mac) && known(server6, first_mac); }));
  pass(milliseconds(2500));
  REQUIRE(table->mac(server4) == first_mac);
  net.there("ip link set there0 address 02:00:00:00:00:77");
  std::map<IpAddress, milliseconds> after;
  const auto start = Clock::now();
  const auto both = until([&] {
    for (const IpAddress& server : {server4, server6})
      if (known(server, second_mac) && !after.contains(server))
        after[server] = std::chrono::duration_cast<milliseconds>(Clock::now() - start);
    return after.size() == 2;
  });
  REQUIRE(both);
  fmt::print("silent move followed after {} ms (IPv4), {} ms (IPv6)\n", after[server4].count(),
             after[server6].count());
  REQUIRE(*both < milliseconds(3000));
}

TEST_CASE_METHOD(Fixture, "probe: an announced move is followed at once") {
  watch({server4, server6}, true);
  REQUIRE(until([&] { return known(server4, first_mac) && known(server6, first_mac); }));
  net.there("ip link set there0 address 02:00:00:00:00:77");
  const auto start = Clock::now();
  // arping(8) is not everywhere; the kernel itself announces on arp_notify and ndisc_notify.
  net.there(
      "sysctl -qw net.ipv4.conf.there0.arp_notify=1 net.ipv6.conf.there0.ndisc_notify=1;"
      "ip link set there0 address 02:00:00:00:00:78");
  const auto third_mac = *MacAddress::parse("02:00:00:00:00:78");
  REQUIRE(until([&] { return known(server4, third_mac) && known(server6, third_mac); }));
  const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - start);
  fmt::print("announced move followed after {} ms\n", took.count());
  REQUIRE(took < milliseconds(300));
}

TEST_CASE_METHOD(Fixture, "probe: an announcement counts though the kernel has no entry") {
  watch({server4}, true);
  REQUIRE(until([&] { return known(server4, first_mac); }));
  net.there("sysctl -qw net.ipv4.conf.there0.arp_notify=1");
  net.here("ip neighbour flush all");
  net.there("ip link set there0 address 02:00:00:00:00:77");
  const auto took = until([&] { return known(server4, second_mac); });
  REQUIRE(took);
  REQUIRE(*took < milliseconds(300));
}

TEST_CASE_METHOD(Fixture, "probe: the kernel's entry stays fresh") {
  net.here("sysctl -qw net.ipv4.neigh.here0.base_reachable_time_ms=1000");
  watch({server4}, true);
  REQUIRE(until([&] { return known(server4, first_mac); }));
  pass(milliseconds(3000));
  net.here("ip neighbour show 192.0.2.21 | grep -q REACHABLE");
}

TEST_CASE_METHOD(Fixture, "probe: the interface vanishes and comes back") {
  watch({server4}, true);
  REQUIRE(until([&] { return known(server4, first_mac); }));
  net.here("ip link set here0 down");
  pass(milliseconds(1200));
  net.here("ip link delete here0");
  pass(milliseconds(1200));
  REQUIRE(table->mac(server4) == first_mac);
  net.connect();
  net.there("ip link set there0 address 02:00:00:00:00:77");
  const auto took = until([&] { return known(server4, second_mac); });
  REQUIRE(took);
  REQUIRE(*took < milliseconds(3000));
}

TEST_CASE_METHOD(Fixture,
                 "probe: without an address of its own it stays silent, and starts with one") {
  net.here("ip address flush dev here0");
  watch({server4}, true);
  pass(milliseconds(1200));
  REQUIRE_FALSE(table->mac(server4));
  net.here("ip address add 192.0.2.11/24 dev here0");
  REQUIRE(until([&] { return known(server4, first_mac); }));
}

TEST_CASE_METHOD(Fixture, "probe: of two machines with one address the first stays") {
  watch({server4}, true);
  REQUIRE(until([&] { return known(server4, first_mac); }));
  // A second one behind a bridge-like macvlan: the same host answers with another MAC address.
  net.there(
      "ip link add twin0 link there0 address 02:00:00:00:00:88 type macvlan mode bridge;"
      "sysctl -qw net.ipv4.conf.all.arp_ignore=0; ip link set twin0 up;"
      "ip address add 192.0.2.21/24 dev twin0");
  pass(milliseconds(3500));
  REQUIRE(table->mac(server4) == first_mac);
}

}  // namespace
}  // namespace drover::control
