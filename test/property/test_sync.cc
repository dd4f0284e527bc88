// SPDX-License-Identifier: BSD-3-Clause
// Two balancers, in process: whatever flows one has, the other one has, too, and whenever the one
// dies, the other one goes on with every flow of which a server has seen a packet.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "test/property/synced_pair.h"
#include "test/unit/catch.h"

namespace drover::test {
namespace {

std::uint8_t random_flags(std::mt19937& random) {
  constexpr std::array<std::uint8_t, 6> kinds = {
      TcpHeader::ack, TcpHeader::ack | TcpHeader::psh, TcpHeader::ack,
      TcpHeader::ack, TcpHeader::ack | TcpHeader::fin, TcpHeader::ack};
  return kinds[random() % kinds.size()];
}

const char* name_of(RecordsBy records) {
  return records == RecordsBy::workers ? "workers" : "control";
}

void play(unsigned seed, std::uint16_t workers, Family family, RecordsBy records) {
  INFO("seed " << seed << ", workers " << workers << ", IPv" << (family == Family::v4 ? 4 : 6)
               << ", records by " << name_of(records));
  std::mt19937 random(seed);
  Pair pair(web_file(5, 4'000, workers, family), workers, records);
  pair.meet();
  std::vector<Flow> flows;
  for (int step = 0; step < 1'000; ++step) {
    if (flows.empty() || random() % 3 == 0) {
      flows.push_back(new_flow(static_cast<std::uint32_t>(flows.size()), family));
      flows.back().server = send_and_tell(pair, pair.first, flows.back(), TcpHeader::syn);
      REQUIRE(flows.back().server);
    } else {
      const Flow& flow = flows[random() % flows.size()];
      REQUIRE(send_and_tell(pair, pair.first, flow, random_flags(random)) == flow.server);
    }
  }
  pair.pass(std::chrono::milliseconds(20));
  const auto table = table_of(pair.first);
  CHECK(table.size() == flows.size());
  CHECK(table_of(pair.second) == table);
  for (const Flow& flow : flows)
    REQUIRE(send(pair.second.plant, flow, TcpHeader::ack) == flow.server);
}

// Time stands still between two steps, but each of them may be the last one of the first balancer.
// Returns how many flows a server knew of.
std::size_t play_until_death(unsigned seed, std::uint16_t workers, RecordsBy records) {
  INFO("seed " << seed << ", workers " << workers << ", records by " << name_of(records));
  std::mt19937 random(seed);
  Pair pair(web_file(5, 4'000, workers), workers, records);
  pair.meet();
  SyncedPlant& dies = pair.first;
  SyncedPlant& lives = pair.second;
  std::map<std::uint16_t, Flow> flows;       // by the client's port
  std::map<std::uint16_t, MacAddress> seen;  // which server has seen a packet of it
  const auto steps = 1 + random() % 400;
  for (std::size_t step = 0; step < steps; ++step) {
    switch (random() % 4) {
      case 0: {
        const auto port = static_cast<std::uint16_t>(2000 + flows.size());
        flows[port] = {client_of(Family::v4, 0xc6336401), port, {}};
        dies.plant.inject(PortId(0), frame_of(flows[port], TcpHeader::syn));
        break;
      }
      case 1:
        dies.plant.turn();
        break;
      case 2:
        dies.pump();
        break;
      default:
        if (dies.sent.empty()) break;
        lives.hear(dies.address(), dies.sent.front());
        dies.sent.pop_front();
        break;
    }
    dies.gather();
    for (const Departure& departure : dies.plant.take_departures()) {
      const auto parsed = std::span(departure.frame);
      const auto port = header_at<Be16>(parsed, 14 + 20).value();
      seen.emplace(port, header_at<EthernetHeader>(parsed, 0).destination);
    }
  }
  // What had left the machine arrives.
  for (; !dies.sent.empty(); dies.sent.pop_front()) lives.hear(dies.address(), dies.sent.front());
  lives.plant.run();
  lives.plant.take_departures();
  for (const auto& [port, server] : seen)
    CHECK(send(lives.plant, flows.at(port), TcpHeader::ack) == server);
  return seen.size();
}

}  // namespace

TEST_CASE("the other balancer has the same table and goes on with every flow", "[sync]") {
  for (const std::uint16_t workers : worker_counts)
    for (const auto records : {RecordsBy::workers, RecordsBy::control})
      for (unsigned seed = 1; seed <= 3; ++seed) {
        play(seed, workers, Family::v4, records);
        if (seed == 1) play(seed, workers, Family::v6, records);
      }
}

TEST_CASE("a balancer that dies at any moment leaves no flow behind", "[sync]") {
  for (const auto records : {RecordsBy::workers, RecordsBy::control}) {
    std::size_t seen = 0;
    for (const std::uint16_t workers : worker_counts)
      for (unsigned seed = 1; seed <= 60; ++seed) seen += play_until_death(seed, workers, records);
    CHECK(seen > 1'000);
  }
}

TEST_CASE("a balancer that starts gets the whole table", "[sync]") {
  const std::string file = web_file(5, 4'000, 1);
  Pair pair(file);
  pair.meet();
  std::vector<Flow> flows;
  for (std::uint32_t i = 0; i < 500; ++i) {
    flows.push_back(new_flow(i, Family::v4));
    flows.back().server = send_and_tell(pair, pair.first, flows.back(), TcpHeader::syn);
  }
  SyncedPlant again(config_of_node(file, 12, 11), {.ports = {{port_mac}}}, second_address,
                    first_address, 3);
  CHECK(!again.exchange().is_ready(again.now()));
  again.plant.wait(std::chrono::nanoseconds(pair.first.plant.now() - again.plant.now()));
  for (int second = 0; second < 8; ++second) {
    again.tick();
    pair.first.tick();
    exchange_all(pair.first, again);
    again.plant.wait(std::chrono::seconds(1));
    pair.first.plant.wait(std::chrono::seconds(1));
  }
  CHECK(again.exchange().is_ready(again.now()));
  CHECK(again.exchange().peers()[0].session.complete());
  CHECK(table_of(again) == table_of(pair.first));
  for (const Flow& flow : flows) REQUIRE(send(again.plant, flow, TcpHeader::ack) == flow.server);
}

}  // namespace drover::test
