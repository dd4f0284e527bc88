// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/tracer.h"

#include <vector>

#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "test/harness/in_process_plant.h"
#include "test/unit/catch.h"
#include "test/unit/drivers/hex.h"

namespace drover::datapath {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

constexpr MacAddress own_mac{{2, 0, 0, 0, 0, 1}};

config::Config one_server() {
  return load_config(R"(
connections: 100000
ports: [{name: front, driver: vdev, device: net_ring0}]
services:
  - name: web
    address: 192.0.2.10
    ports: [80]
    servers: [{address: 192.0.2.21, mac: "02:00:00:00:00:21"}]
)");
}

// From the client 198.51.100.7 to this port of the VIP.
Bytes segment(std::uint16_t client_port, std::uint16_t port, std::uint8_t flags) {
  Bytes frame = from_hex(
      "020000000001 0200000000fe 0800 4500002800010000 4006 0000 c6336407 c000020a"
      "9c400050000003e80000000050022000 00000000");
  auto& ip = header_at<Ipv4Header>(std::span(frame), 14);
  ip.checksum = ipv4_header_checksum(ip);
  auto& tcp = header_at<TcpHeader>(std::span(frame), 34);
  tcp.source_port = client_port;
  tcp.destination_port = port;
  tcp.flags = flags;
  return frame;
}

void order(InProcessPlant& plant, const char* filter, std::uint32_t count) {
  plant.crossing(WorkerId(0))
      .commands.push({.kind = WorkerCommand::Kind::trace,
                      .request = 7,
                      .trace = {.filter = *PacketFilter::parse(filter), .count = count}});
  plant.run();
}

std::vector<TraceRecord> records(InProcessPlant& plant) {
  std::vector<TraceRecord> all(600);
  all.resize(plant.crossing(WorkerId(0)).traces.pop_some(all));
  return all;
}

}  // namespace

TEST_CASE("a trace tells what becomes of the packets that match, as many as wanted", "[datapath]") {
  InProcessPlant plant(one_server(), {.ports = {{own_mac}}, .workers = 1});
  plant.inject(PortId(0), segment(999, 80, TcpHeader::syn));
  plant.run();
  CHECK(records(plant).empty());  // it is off

  order(plant, "tcp and dst port 80", 2);
  const Bytes syn = segment(1000, 80, TcpHeader::syn);
  for (const Bytes& frame : {syn, segment(1000, 81, TcpHeader::syn),
                             segment(1000, 80, TcpHeader::ack), segment(1000, 80, TcpHeader::ack)})
    plant.inject(PortId(0), frame);
  plant.run();
  const auto told = records(plant);
  REQUIRE(told.size() == 2);
  CHECK(told[0].verdict == Verdict::forwarded_new);
  CHECK(told[1].verdict == Verdict::forwarded);
  CHECK(told[0].request == 7);
  CHECK(told[0].has_destination);
  CHECK(DestinationId(told[0].destination) == plant.builder().services()[0].servers[0].id);
  // As it came: its MAC address is the port's still.
  REQUIRE(told[0].captured == syn.size());
  CHECK(std::equal(syn.begin(), syn.end(), told[0].bytes.begin()));
  CHECK(plant.take_departures().size() >= 4);
}

TEST_CASE("a trace of what is refused or dropped names the verdict and no server", "[datapath]") {
  InProcessPlant plant(one_server(), {.ports = {{own_mac}}, .workers = 1});
  order(plant, "host 198.51.100.7", 10);
  plant.inject(PortId(0), segment(1000, 81, TcpHeader::syn));
  plant.run();
  const auto told = records(plant);
  REQUIRE(told.size() == 1);
  CHECK(told[0].verdict == Verdict::refused_reset);
  CHECK_FALSE(told[0].has_destination);
  order(plant, "", 0);
  plant.inject(PortId(0), segment(1000, 81, TcpHeader::syn));
  plant.run();
  CHECK(records(plant).empty());
}

TEST_CASE("nobody reads the trace: packets are forwarded all the same", "[datapath]") {
  InProcessPlant plant(one_server(), {.ports = {{own_mac}}, .workers = 1});
  order(plant, "", 1'000);
  std::size_t left = 0;
  for (std::uint16_t port = 1; port <= 500; ++port) {
    plant.inject(PortId(0), segment(port, 80, TcpHeader::syn));
    plant.run();
    left += plant.take_departures().size();
  }
  CHECK(left == 500);
  CHECK(records(plant).size() < 500);
}

}  // namespace drover::datapath
