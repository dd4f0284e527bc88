// SPDX-License-Identifier: BSD-3-Clause
// A flood of ten times the table's size from random sources hurts no connection that carries data.
#include <random>
#include <vector>

#include "test/property/balanced_web.h"
#include "test/unit/catch.h"

namespace drover::test {
namespace {

constexpr unsigned planned_connections = 2'000;
constexpr unsigned slots = 2 * planned_connections;
constexpr std::size_t established = 200;
constexpr auto syn = TcpHeader::syn;
constexpr auto ack = TcpHeader::ack;
constexpr auto data = static_cast<std::uint8_t>(TcpHeader::ack | TcpHeader::psh);

std::vector<Flow> establish(InProcessPlant& plant) {
  std::vector<Flow> flows;
  for (std::uint32_t i = 0; i < established; ++i) {
    Flow flow{Ipv4Address(0xc6336400 + i), static_cast<std::uint16_t>(1'000 + i), {}};
    flow.server = send(plant, flow, syn);
    REQUIRE(flow.server);
    for (const std::uint8_t flags : {ack, data, data})
      REQUIRE(send(plant, flow, flags, 10) == flow.server);
    flows.push_back(flow);
  }
  return flows;
}

// Sends one flow of the flood.
using Attack = void (*)(InProcessPlant&, const Flow&);

void withstand(Attack attack, std::uint16_t workers) {
  INFO("workers: " << workers);
  InProcessPlant plant(load_config(web_file(3, planned_connections, workers)),
                       {.ports = {{port_mac}}, .workers = workers});
  const std::vector<Flow> flows = establish(plant);
  std::mt19937 random(1);
  for (unsigned i = 0; i < 10 * slots; ++i) {
    attack(plant, {Ipv4Address(0x0b000000U + static_cast<std::uint32_t>(random() % 0x01000000)),
                   static_cast<std::uint16_t>(1 + random() % 65'535),
                   {}});
    const Flow& flow = flows[i % established];
    REQUIRE(send(plant, flow, data, 10) == flow.server);
  }
  // The flood did fill the table, and new clients are served all the same.
  std::uint64_t evictions = 0;
  for (std::uint16_t worker = 0; worker < workers; ++worker)
    evictions += plant.counters(WorkerId(worker)).table_evictions.value();
  CHECK(evictions > 4 * slots);
  const Flow late{*Ipv4Address::parse("198.51.101.1"), 1'000, {}};
  const auto server = send(plant, late, syn);
  REQUIRE(server);
  CHECK(send(plant, late, ack) == server);
}

}  // namespace

TEST_CASE("a SYN flood hurts no connection that carries data", "[flood]") {
  const Attack attack = [](InProcessPlant& plant, const Flow& flow) { send(plant, flow, syn); };
  for (const std::uint16_t workers : worker_counts) withstand(attack, workers);
}

TEST_CASE("forged handshakes hurt no connection that carries data", "[flood]") {
  const Attack attack = [](InProcessPlant& plant, const Flow& flow) {
    send(plant, flow, syn);
    send(plant, flow, ack);
  };
  for (const std::uint16_t workers : worker_counts) withstand(attack, workers);
}

TEST_CASE("stray acknowledgements hurt no connection that carries data", "[flood]") {
  const Attack attack = [](InProcessPlant& plant, const Flow& flow) { send(plant, flow, ack); };
  for (const std::uint16_t workers : worker_counts) withstand(attack, workers);
}

}  // namespace drover::test
