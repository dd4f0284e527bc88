// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/flow_reporter.h"

#include <vector>

#include "lib/datapath/unannounced_frames.h"
#include "test/unit/catch.h"

namespace drover::datapath {
namespace {

constexpr flow::Tick now(1000);

flow::ConnectionV4 connection_of(std::uint16_t port, flow::TcpState state, unsigned packets) {
  flow::ConnectionV4 connection(
      {.client = Ipv4Address(0x0a000001), .client_port = port, .virtual_port = 80, .vip = VipId(0)},
      DestinationId(1), state, now + flow::Ticks(240));
  for (unsigned i = 1; i < packets; ++i) connection.touch(state, now + flow::Ticks(240));
  return connection;
}

struct Bench {
  Bench() {
    Snapshot snapshot;
    snapshot.flow_reporting = FlowReporting::ahead;
    reporter.adopt_snapshot(snapshot);
  }
  std::vector<FlowRecord> drain(std::size_t most = 100'000) {
    std::vector<FlowRecord> records(most);
    records.resize(crossing.flow_changes.pop_some(records));
    return records;
  }

  Doorbell bell;
  Crossing crossing{bell};
  WorkerCounters counters;
  FlowReporter reporter{crossing, counters};
};

using flow::TcpState;

}  // namespace

TEST_CASE("a record says what the connection is", "[sync]") {
  Bench bench;
  auto connection = connection_of(4000, TcpState::syn_received, 1);
  bench.reporter.tell(connection, now + flow::Ticks(40));
  const auto records = bench.drain();
  REQUIRE(records.size() == 1);
  CHECK(records[0].client == IpAddress(Ipv4Address(0x0a000001)));
  CHECK(records[0].client_port == 4000);
  CHECK(records[0].virtual_port == 80);
  CHECK(records[0].destination == DestinationId(1));
  CHECK(records[0].state == TcpState::syn_received);
  CHECK(records[0].left == flow::Ticks(200));
  CHECK(records[0].tentative);
  CHECK(!connection.unsynced());
  CHECK(bench.reporter.last_record() == 1);
}

TEST_CASE("nothing is told while nobody listens", "[sync]") {
  Bench bench;
  bench.reporter.adopt_snapshot(Snapshot());
  auto connection = connection_of(4000, TcpState::established, 7);
  bench.reporter.tell(connection, now);
  CHECK(bench.drain().empty());
  CHECK(bench.counters.flow_changes.value() == 0);
}

TEST_CASE("in a flood embryonic connections are left out first, and marked", "[sync]") {
  Bench bench;
  std::uint64_t told = 0;
  for (std::uint16_t port = 0; port < 10'000; ++port) {
    auto embryonic = connection_of(port, TcpState::syn_received, 1);
    bench.reporter.tell(embryonic, now);
    if (!embryonic.unsynced()) ++told;
  }
  CHECK(told < Crossing::most_flow_changes);
  CHECK(bench.counters.flow_changes_shed.value() == 10'000 - told);
  CHECK(bench.counters.flow_changes_lost.value() == 0);
  CHECK(!bench.reporter.has_lost());

  auto solid = connection_of(1, TcpState::fin_wait, 7);
  bench.reporter.tell(solid, now);
  CHECK(!solid.unsynced());
}

TEST_CASE("what finds no room is counted, marked, and known to be lost", "[sync]") {
  Bench bench;
  for (unsigned i = 0; i < Crossing::most_flow_changes; ++i) {
    auto solid = connection_of(static_cast<std::uint16_t>(i), TcpState::fin_wait, 7);
    bench.reporter.tell(solid, now);
    REQUIRE(!solid.unsynced());
  }
  auto lost = connection_of(1, TcpState::close, 7);
  bench.reporter.tell(lost, now);
  CHECK(lost.unsynced());
  CHECK(bench.counters.flow_changes_lost.value() == 1);
  CHECK(bench.reporter.has_lost());
  CHECK(!bench.reporter.has_lost());
  CHECK(bench.reporter.last_record() == Crossing::most_flow_changes);
  bench.drain();
  CHECK(bench.reporter.tell_in_passing(lost, now, false));
  CHECK(!lost.unsynced());
}

TEST_CASE("the whole table makes way for changes", "[sync]") {
  Bench bench;
  auto row = connection_of(1, TcpState::established, 7);
  unsigned told = 0;
  while (bench.reporter.tell_in_passing(row, now, true)) ++told;
  CHECK(told > 0);
  CHECK(bench.crossing.flow_changes.room() > 4'000);
}

TEST_CASE("a packet marks its connection when it puts the expiry off", "[sync]") {
  auto connection = connection_of(1, TcpState::established, 7);
  connection.set_unsynced(false);
  connection.touch(TcpState::established, now + flow::Ticks(240));
  CHECK(!connection.unsynced());
  connection.touch(TcpState::established, now + flow::Ticks(241));
  CHECK(connection.unsynced());
}

TEST_CASE("what is known from the other balancer becomes this one's with its first packet",
          "[sync]") {
  const auto key = connection_of(1, TcpState::established, 1).key();
  auto received = flow::ConnectionV4::received(key, DestinationId(3), TcpState::established,
                                               now + flow::Ticks(10));
  CHECK(received.is_received());
  CHECK(!flow::is_tentative(received));
  received.renew(TcpState::fin_wait, now + flow::Ticks(20));
  CHECK(received.is_received());
  CHECK(received.state() == TcpState::fin_wait);
  CHECK(received.destination() == DestinationId(3));
  received.touch(TcpState::fin_wait, now + flow::Ticks(20));
  CHECK(!received.is_received());
  CHECK(!flow::is_tentative(received));
}

}  // namespace drover::datapath
