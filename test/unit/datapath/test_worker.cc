// SPDX-License-Identifier: BSD-3-Clause
// What the golden cases do not reach: segments, large bursts, fewer queues than workers, listings.
#include "lib/datapath/worker.h"

#include <fmt/format.h>
#include <rte_mbuf.h>

#include <set>
#include <vector>

#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "test/harness/in_process_plant.h"
#include "test/harness/test_eal.h"
#include "test/unit/catch.h"
#include "test/unit/drivers/hex.h"

namespace drover::datapath {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

constexpr MacAddress own_mac{{2, 0, 0, 0, 0, 1}};
constexpr MacAddress server_mac{{2, 0, 0, 0, 0, 0x21}};

config::Config one_server(std::string_view mac = ", mac: \"02:00:00:00:00:21\"") {
  return load_config(fmt::format(R"(
connections: 100000
ports: [{{name: front, driver: vdev, device: net_ring0}}]
services:
  - name: web
    address: 192.0.2.10
    ports: [80]
    servers: [{{address: 192.0.2.21{}}}]
)",
                                 mac));
}

// A segment from the client's port to the VIP's port 80.
Bytes segment(std::uint16_t port, std::uint8_t flags, std::size_t data = 0) {
  Bytes frame = from_hex(
      "020000000001 0200000000fe 0800 4500000000010000 4006 0000 c6336407 c000020a"
      "9c400050000003e80000000050022000 00000000");
  frame.resize(frame.size() + data, 0x5a);
  auto& ip = header_at<Ipv4Header>(std::span(frame), 14);
  ip.total_length = static_cast<std::uint16_t>(frame.size() - 14);
  ip.checksum = ipv4_header_checksum(ip);
  auto& tcp = header_at<TcpHeader>(std::span(frame), 34);
  tcp.source_port = port;
  tcp.flags = flags;
  return frame;
}

Bytes forwarded(Bytes frame) {
  auto& ethernet = header_at<EthernetHeader>(std::span(frame), 0);
  ethernet.destination = server_mac;
  ethernet.source = own_mac;
  if (frame.size() < shortest_frame) frame.resize(shortest_frame, 0);
  return frame;
}

PlantSettings settings(std::uint16_t workers = 1, std::uint16_t queues = 0) {
  return {.ports = {{own_mac}}, .workers = workers, .queues = queues};
}

}  // namespace

TEST_CASE("headers may be split over segments anywhere", "[datapath]") {
  InProcessPlant plant(one_server(), settings());
  const Bytes frame = segment(1000, TcpHeader::syn, 200);
  for (std::size_t first = 14; first <= frame.size(); ++first) {
    INFO("the first segment has " << first << " bytes");
    plant.inject(PortId(0), frame, first);
    plant.run();
    const auto left = plant.take_departures();
    REQUIRE(left.size() == 1);
    REQUIRE(left[0].frame == forwarded(frame));
  }
}

TEST_CASE("a frame of many segments is refused by one", "[datapath]") {
  InProcessPlant plant(one_server(), settings());
  Bytes frame = segment(1000, TcpHeader::syn, 8'000);
  header_at<TcpHeader>(std::span(frame), 34).destination_port = 81;
  plant.inject(PortId(0), frame);
  plant.run();
  const auto left = plant.take_departures();
  REQUIRE(left.size() == 1);
  CHECK(left[0].frame.size() == shortest_frame);
  CHECK(header_at<TcpHeader>(std::span(left[0].frame), 34).acknowledgement == Be32(1'000 + 8'001));
  CHECK(frames_in_use() == 0);
}

TEST_CASE("more frames than a burst holds keep their order", "[datapath]") {
  InProcessPlant plant(one_server(), settings());
  constexpr std::uint16_t frames = 500;
  for (std::uint16_t i = 0; i < frames; ++i)
    plant.inject(PortId(0), segment(static_cast<std::uint16_t>(1'000 + i), TcpHeader::syn));
  plant.run();
  const auto left = plant.take_departures();
  REQUIRE(left.size() == frames);
  for (std::uint16_t i = 0; i < frames; ++i)
    REQUIRE(left[i].frame ==
            forwarded(segment(static_cast<std::uint16_t>(1'000 + i), TcpHeader::syn)));
  CHECK(plant.counters(WorkerId(0)).frames.value() == frames);
  CHECK(plant.counters(WorkerId(0)).table_entries.value() == frames);
}

TEST_CASE("what has expired in a large table is counted out soon, though its worker is idle",
          "[datapath]") {
  config::Config config = one_server();
  config.connections = 3'000'000;
  InProcessPlant plant(config, settings());
  for (std::uint16_t i = 0; i < 100; ++i)
    plant.inject(PortId(0), segment(static_cast<std::uint16_t>(1'000 + i), TcpHeader::syn));
  plant.run();
  const auto counted = [&] { return totals(plant.builder().services()[0].servers[0]).active; };
  CHECK(counted() == 100);
  plant.wait(std::chrono::seconds(60));
  CHECK(counted() == 100);
  // A quarter of a second until they have expired, two until all of the table has been swept; with
  // a turn each millisecond, as of a worker that sleeps in between.
  for (int i = 0; i < 2'300; ++i) plant.wait(std::chrono::milliseconds(1));
  CHECK(counted() == 0);
}

TEST_CASE("flows spread over the workers, each always to the same", "[datapath]") {
  InProcessPlant plant(one_server(), settings(4));
  for (int round = 0; round < 3; ++round)
    for (std::uint16_t i = 0; i < 200; ++i)
      plant.inject(PortId(0), segment(static_cast<std::uint16_t>(1'000 + i), TcpHeader::syn));
  plant.run();
  CHECK(plant.take_departures().size() == 600);
  CHECK(plant.total(Verdict::forwarded_new) == 200);
  for (std::uint16_t i = 0; i < 4; ++i)
    CHECK(plant.counters(WorkerId(i)).table_entries.value() > 20);
}

TEST_CASE("an exhausted mempool stops nothing that is under way", "[datapath]") {
  InProcessPlant plant(one_server(), settings());
  Bytes unknown_port = segment(1'001, TcpHeader::syn);
  header_at<TcpHeader>(std::span(unknown_port), 34).destination_port = 81;
  plant.inject(PortId(0), segment(1'000, TcpHeader::syn));
  plant.inject(PortId(0), unknown_port);
  std::vector<rte_mbuf*> taken;
  while (rte_mbuf* mbuf = rte_pktmbuf_alloc(frame_pool())) taken.push_back(mbuf);
  plant.run();
  const auto left = plant.take_departures();
  rte_pktmbuf_free_bulk(taken.data(), static_cast<unsigned>(taken.size()));
  CHECK(left.size() == 2);
  CHECK(plant.total(Verdict::forwarded_new) == 1);
  CHECK(plant.total(Verdict::refused_reset) == 1);
  CHECK(frames_in_use() == 0);
}

TEST_CASE("a worker without a queue has nothing to do but its house", "[datapath]") {
  InProcessPlant plant(one_server(), settings(2, 1));
  plant.inject(PortId(0), segment(1'000, TcpHeader::syn));
  plant.run();
  CHECK(plant.take_departures().size() == 1);
  CHECK(plant.counters(WorkerId(1)).frames.value() == 0);
}

TEST_CASE("a listing names every live connection once", "[datapath]") {
  InProcessPlant plant(one_server(), settings(2));
  constexpr std::uint16_t connections = 600;
  for (std::uint16_t i = 0; i < connections; ++i) {
    plant.inject(PortId(0), segment(static_cast<std::uint16_t>(1'000 + i), TcpHeader::syn));
    if (i % 2 == 0)
      plant.inject(PortId(0), segment(static_cast<std::uint16_t>(1'000 + i), TcpHeader::ack));
  }
  plant.run();
  plant.wait(std::chrono::seconds(10));
  std::set<std::uint16_t> ports;
  const auto rows = plant.list_connections();
  CHECK(rows.size() == connections);
  for (const ConnectionRow& row : rows) {
    const std::uint16_t port = row.client_port;
    ports.insert(port);
    const bool established = port % 2 == 0;
    REQUIRE(row.state ==
            (established ? flow::TcpState::established : flow::TcpState::syn_received));
    REQUIRE(row.seconds_left == (established ? 890 : 50));
  }
  CHECK(ports.size() == connections);
  plant.wait(std::chrono::seconds(55));
  CHECK(plant.list_connections().size() == connections / 2);
}

TEST_CASE("the control thread is asked once for a server that is not resolved", "[datapath]") {
  InProcessPlant plant(one_server(""), settings());
  for (int i = 0; i < 5; ++i) plant.inject(PortId(0), segment(1'000, TcpHeader::syn));
  plant.run();
  const auto events = plant.take_events();
  REQUIRE(events.size() == 1);
  CHECK(plant.builder().server(events[0].destination) == *IpAddress::parse("192.0.2.21"));
  plant.set_neighbour(*IpAddress::parse("192.0.2.21"), server_mac);
  plant.turn();
  CHECK(plant.take_departures().size() == 5);
}

TEST_CASE("a stopped worker leaves no mbuf behind", "[datapath]") {
  {
    InProcessPlant plant(one_server(""), settings());
    for (int i = 0; i < 5; ++i) plant.inject(PortId(0), segment(1'000, TcpHeader::syn));
    plant.turn();
    plant.inject(PortId(0), segment(1'000, TcpHeader::syn));
    CHECK(frames_in_use() == 6);
  }
  CHECK(frames_in_use() == 0);
}

TEST_CASE("an expired connection is counted out within seconds, however large the table",
          "[datapath]") {
  InProcessPlant plant(one_server(), settings());
  for (std::uint16_t i = 0; i < 100; ++i)
    plant.inject(PortId(0), segment(static_cast<std::uint16_t>(1'000 + i), TcpHeader::syn));
  plant.run();
  const control::ServerView& server = plant.builder().services()[0].servers[0];
  CHECK(totals(server).active == 100);
  plant.wait(std::chrono::seconds(60));
  CHECK(totals(server).active == 100);
  plant.wait(std::chrono::seconds(12));  // at 20 turns a second; a worker makes far more
  CHECK(totals(server).active == 0);
  CHECK(totals(server).connections == 100);
}

}  // namespace drover::datapath
