// SPDX-License-Identifier: BSD-3-Clause
// A flood of ten times the table's size from random sources hurts no connection that carries data.
#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include "test/property/balanced_web.h"
#include "test/unit/catch.h"

namespace drover::test {
namespace {

// Fewer of IPv6: the table's size matters little, and each packet takes its time.
constexpr unsigned planned_connections(Family family) {
  return family == Family::v4 ? 2'000 : 1'000;
}
constexpr std::size_t established = 200;
constexpr auto syn = TcpHeader::syn;
constexpr auto ack = TcpHeader::ack;
constexpr auto data = static_cast<std::uint8_t>(TcpHeader::ack | TcpHeader::psh);

enum class Evicted { embryonic, tentative };

Flow open(InProcessPlant& plant, Family family, std::uint32_t number) {
  Flow flow{client_of(family, 0xc6330000 + number), static_cast<std::uint16_t>(1'000 + number), {}};
  flow.server = send(plant, flow, syn);
  REQUIRE(flow.server);
  for (const std::uint8_t flags : {ack, data, data})
    REQUIRE(send(plant, flow, flags, 10) == flow.server);
  return flow;
}

std::vector<Flow> establish(InProcessPlant& plant, Family family) {
  std::vector<Flow> flows;
  for (std::uint32_t i = 0; i < established; ++i) flows.push_back(open(plant, family, i));
  return flows;
}

void inject(InProcessPlant& plant, const Flow& flow, std::uint8_t flags,
            std::uint16_t payload = 0) {
  plant.inject(PortId(0), tcp_frame({.to = port_mac,
                                     .client = flow.client,
                                     .client_port = flow.port,
                                     .vip = vip_for(flow.client),
                                     .flags = flags,
                                     .payload = payload}));
}

class Attackers {
 public:
  explicit Attackers(Family family) : family_(family) {}

  Flow next() {
    return {client_of(family_, 0x0b000000U + static_cast<std::uint32_t>(random_() % 0x01000000)),
            static_cast<std::uint16_t>(1 + random_() % 65'535),
            {}};
  }

 private:
  Family family_;
  std::mt19937 random_{1};
};

// The frames of one of the flood's flows.
using Attack = std::vector<std::uint8_t>;

bool is_from(std::span<const std::uint8_t> frame, const IpAddress& client) {
  constexpr std::size_t ip = sizeof(EthernetHeader);
  return client.is_v4() ? header_at<Ipv4Header>(frame, ip).source == client.v4().wire()
                        : header_at<Ipv6Header>(frame, ip).source == client.v6();
}

// How many of the client's frames the server has got since the last look.
std::ptrdiff_t arrived(InProcessPlant& plant, const Flow& flow) {
  const auto departures = plant.take_departures();
  return std::ranges::count_if(departures, [&](const Departure& left) {
    const std::span<const std::uint8_t> frame(left.frame);
    return header_at<EthernetHeader>(frame, 0).destination == flow.server &&
           is_from(frame, flow.client);
  });
}

std::uint64_t sum(const InProcessPlant& plant, auto&& of) {
  std::uint64_t total = 0;
  for (std::uint16_t worker = 0; worker < plant.workers(); ++worker)
    total += of(plant.counters(WorkerId(worker)));
  return total;
}

// `burst` attackers to each frame of an established connection.
void withstand(const Attack& attack, Evicted evicted, Family family, std::uint16_t workers,
               unsigned burst) {
  INFO((family == Family::v4 ? "IPv4" : "IPv6")
       << ", workers: " << workers << ", attackers in a burst: " << burst);
  InProcessPlant plant(load_config(web_file(3, planned_connections(family), workers, family)),
                       {.ports = {{port_mac}}, .workers = workers});
  const unsigned slots = 2 * planned_connections(family);
  const std::vector<Flow> flows = establish(plant, family);
  Attackers attackers(family);
  for (unsigned i = 0; i < 10 * slots; i += burst) {
    for (unsigned j = 0; j < burst; ++j) {
      const Flow attacker = attackers.next();
      for (const std::uint8_t flags : attack) inject(plant, attacker, flags);
    }
    const Flow& flow = flows[i / burst % established];
    inject(plant, flow, data, 10);
    plant.run();
    REQUIRE(arrived(plant, flow) == 1);
  }
  for (const Flow& flow : flows) REQUIRE(send(plant, flow, data, 10) == flow.server);
  // The flood did fill the table, its own connections gave way, and room was found for each.
  CHECK(sum(plant, [&](const datapath::WorkerCounters& counters) {
          return counters.table_evictions[static_cast<std::size_t>(evicted)].value();
        }) > 4 * slots);
  CHECK(plant.total(datapath::Verdict::forwarded_unkept) == 0);
  // New clients are served all the same.
  const Flow late = open(plant, family, established);
  CHECK(send(plant, late, data) == late.server);
}

void withstand(const Attack& attack, Evicted evicted) {
  for (const Family family : {Family::v4, Family::v6})
    for (const std::uint16_t workers : worker_counts)
      for (const unsigned burst : {1U, 15U}) withstand(attack, evicted, family, workers, burst);
}

}  // namespace

TEST_CASE("a SYN flood hurts no connection that carries data", "[flood]") {
  withstand({syn}, Evicted::embryonic);
}

TEST_CASE("forged handshakes hurt no connection that carries data", "[flood]") {
  withstand({syn, ack}, Evicted::tentative);
}

TEST_CASE("stray acknowledgements hurt no connection that carries data", "[flood]") {
  withstand({ack}, Evicted::tentative);
}

TEST_CASE("after a connection has found no room the burst enters no other", "[flood]") {
  for (const std::uint16_t workers : worker_counts) {
    INFO("workers: " << workers);
    constexpr Family family = Family::v4;
    InProcessPlant plant(load_config(web_file(3, 1'000, workers, family)),
                         {.ports = {{port_mac}}, .workers = workers});
    // Until nothing finds room any more: they all carry data.
    std::vector<Flow> flows;
    for (std::uint32_t i = 0; i < 4'000; ++i) flows.push_back(open(plant, family, i));
    const auto stops = [&] {
      return sum(plant, [](const auto& counters) { return counters.insert_stops.value(); });
    };
    const auto unkept = [&] { return plant.total(datapath::Verdict::forwarded_unkept); };
    const auto stops_before = stops();
    const auto unkept_before = unkept();
    CHECK(stops_before > 0);
    Attackers attackers(family);
    for (int i = 0; i < 30; ++i) inject(plant, attackers.next(), syn);
    plant.run();
    plant.take_departures();
    CHECK(unkept() == unkept_before + 30);
    CHECK(stops() > stops_before);
    CHECK(stops() <= stops_before + workers);
    for (const Flow& flow : flows) REQUIRE(send(plant, flow, data, 10) == flow.server);
  }
}

}  // namespace drover::test
