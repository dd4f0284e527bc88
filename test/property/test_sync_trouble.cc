// SPDX-License-Identifier: BSD-3-Clause
// What goes wrong between two balancers, and what need not be told.
#include <cstdint>
#include <string>
#include <vector>

#include "test/property/synced_pair.h"
#include "test/unit/catch.h"

namespace drover::test {
namespace {

std::uint64_t dropped(SyncedPlant& synced, const char* reason) {
  const auto& counts = synced.exchange().peers()[0].counts.dropped;
  const auto count = counts.find(reason);
  return count == counts.end() ? 0 : count->second;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  return text.replace(text.find(what), what.size(), with);
}

// Opens so many connections with the first balancer.
std::vector<Flow> open(Pair& pair, std::uint32_t count, std::uint32_t from = 0) {
  std::vector<Flow> flows;
  for (std::uint32_t i = from; i < from + count; ++i) {
    flows.push_back(new_flow(i, Family::v4));
    flows.back().server = send_and_tell(pair, pair.first, flows.back(), TcpHeader::syn);
    REQUIRE(flows.back().server);
  }
  return flows;
}

}  // namespace

TEST_CASE("forged, replayed and strangers' datagrams change nothing", "[sync]") {
  Pair pair(web_file(5, 4'000, 1));
  pair.meet();
  pair.first.plant.inject(PortId(0), frame_of(new_flow(1, Family::v4), TcpHeader::syn));
  pair.first.plant.run();
  REQUIRE(pair.first.pump());
  REQUIRE(pair.first.sent.size() == 1);
  const Bytes datagram = pair.first.sent.front();
  pair.first.sent.clear();

  for (std::size_t at = 0; at < datagram.size(); at += 7) {
    Bytes forged = datagram;
    forged[at] ^= 1;
    pair.second.hear(first_address, forged);
  }
  pair.second.hear(*IpAddress::parse("192.0.2.13"), datagram);
  pair.second.hear(first_address, std::span(datagram).first(20));
  pair.second.plant.run();
  CHECK(table_of(pair.second).empty());
  CHECK(pair.second.exchange().unknown_senders() == 1);
  CHECK(dropped(pair.second, "not_authentic") > 5);
  CHECK(dropped(pair.second, "malformed") > 0);

  pair.second.hear(first_address, datagram);
  pair.second.hear(first_address, datagram);
  pair.second.plant.run();
  CHECK(table_of(pair.second).size() == 1);
  CHECK(dropped(pair.second, "replayed") == 1);

  // Recorded before the receiver's last start.
  SyncedPlant again(config_of_node(web_file(5, 4'000, 1), 12, 11), {.ports = {{port_mac}}},
                    second_address, first_address, 9);
  again.hear(first_address, datagram);
  again.plant.run();
  CHECK(table_of(again).empty());
  CHECK(dropped(again, "stranger") == 1);
}

TEST_CASE("after datagrams were lost the table is asked for again", "[sync]") {
  Pair pair(web_file(5, 4'000, 1));
  pair.meet();
  for (std::uint32_t i = 0; i < 300; ++i) {
    pair.first.plant.inject(PortId(0), frame_of(new_flow(i, Family::v4), TcpHeader::syn));
    pair.first.plant.run();
    pair.first.pump();
    if (i % 3 == 0) pair.first.sent.clear();
    exchange_all(pair.first, pair.second);
  }
  CHECK(table_of(pair.second).size() == 200);
  pair.pass(std::chrono::seconds(4));
  CHECK(pair.second.exchange().peers()[0].session.lost() == 100);
  CHECK(table_of(pair.second) == table_of(pair.first));
  CHECK(pair.second.exchange().peers()[0].session.complete());
}

TEST_CASE("what a flood leaves out and a full ring loses is told later", "[sync]") {
  constexpr std::uint32_t flood = 12'000;
  Pair pair(web_file(5, 40'000, 1), 1, RecordsBy::control);
  pair.meet();
  for (std::uint32_t i = 0; i < flood; ++i) {
    pair.first.plant.inject(PortId(0), frame_of(new_flow(i, Family::v4), TcpHeader::syn));
    pair.first.plant.turn();
  }
  const auto& counters = pair.first.plant.counters(WorkerId(0));
  CHECK(counters.flow_changes_shed.value() > 0);
  CHECK(counters.flow_changes_lost.value() == 0);
  // Those that get established are worth more than the rest.
  for (std::uint32_t i = 0; i < flood; ++i)
    for (int packet = 0; packet < 4; ++packet) {
      pair.first.plant.inject(PortId(0), frame_of(new_flow(i, Family::v4), TcpHeader::ack));
      pair.first.plant.turn();
    }
  for (std::uint32_t i = 0; i < flood; ++i) {
    pair.first.plant.inject(PortId(0),
                            frame_of(new_flow(i, Family::v4), TcpHeader::ack | TcpHeader::fin));
    pair.first.plant.turn();
  }
  CHECK(counters.flow_changes_lost.value() > 0);
  pair.pass(std::chrono::seconds(32));
  CHECK(table_of(pair.first).size() == flood);
  CHECK(table_of(pair.second) == table_of(pair.first));
}

TEST_CASE("what this balancer's own packets say is not overwritten", "[sync]") {
  Pair pair(web_file(5, 4'000, 1));
  pair.meet();
  const std::vector<Flow> flows = open(pair, 50);
  // The second one has taken over, and the flows go on there.
  for (const Flow& flow : flows)
    REQUIRE(send(pair.second.plant, flow, TcpHeader::ack | TcpHeader::fin) == flow.server);
  const auto table = table_of(pair.second);
  // The first one, which knows an older state, sends its whole table.
  SyncedPlant& first = pair.first;
  first.exchange().tick(first.now());
  for (const Flow& flow : flows) {
    first.plant.inject(PortId(0), frame_of(flow, TcpHeader::ack));
    exchange_all(first, pair.second);
  }
  CHECK(pair.second.plant.counters(WorkerId(0)).flows_known.value() > 0);
  CHECK(table_of(pair.second) == table);
}

TEST_CASE("with maglev only the exceptions travel", "[sync]") {
  const auto file = [](unsigned servers) {
    return replaced(web_file(servers, 4'000, 1), "scheduler: rr", "scheduler: maglev");
  };
  Pair pair(file(5));
  pair.meet();
  const std::vector<Flow> flows = open(pair, 500);
  CHECK(pair.first.exchange().peers()[0].counts.entries_sent == 0);
  CHECK(pair.first.exchange().streams().entries(0) == 0);
  CHECK(table_of(pair.second).empty());

  // With another server the hash gives others to some, which are told now.
  pair.configure(file(6));
  pair.pass(std::chrono::seconds(3));
  const auto told = table_of(pair.second).size();
  CHECK(told > 20);
  CHECK(told < 250);
  for (const Flow& flow : flows)
    REQUIRE(send(pair.second.plant, flow, TcpHeader::ack) == flow.server);
}

TEST_CASE("a client's template is known to the other balancer", "[sync]") {
  for (const std::uint16_t workers : worker_counts) {
    Pair pair(replaced(web_file(5, 4'000, workers), "scheduler: rr",
                       "scheduler: rr\n    persistence: {timeout: 5m}"),
              workers);
    pair.meet();
    std::vector<Flow> flows;
    for (std::uint32_t client = 0; client < 40; ++client) {
      flows.push_back({client_of(Family::v4, 0xc6336400 + client), 4'000, {}});
      flows.back().server = send_and_tell(pair, pair.first, flows.back(), TcpHeader::syn);
      REQUIRE(flows.back().server);
    }
    for (Flow flow : flows) {
      ++flow.port;
      REQUIRE(send_and_tell(pair, pair.second, flow, TcpHeader::syn) == flow.server);
    }
  }
}

}  // namespace drover::test
