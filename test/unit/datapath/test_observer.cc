// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/observer.h"

#include <algorithm>
#include <map>
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

using Kind = ObservationOrder::Kind;

void order(InProcessPlant& plant, const char* filter, std::uint64_t count, Kind kind = Kind::trace,
           std::uint8_t slot = 0) {
  plant.crossing(WorkerId(0))
      .commands.push({.kind = WorkerCommand::Kind::observe,
                      .request = 7U + slot,
                      .order = {.filter = *PacketFilter::parse(filter),
                                .count = count,
                                .most_bytes = 2'000,
                                .slot = slot,
                                .kind = kind}});
  plant.run();
}

struct Told {
  TraceRecord record;  // its notes only of what was traced
  Bytes bytes;
};

std::vector<Told> records(InProcessPlant& plant) {
  RecordRing& ring = plant.crossing(WorkerId(0)).observed;
  std::vector<Told> all;
  for (auto front = ring.front(); !front.empty(); ring.pop(), front = ring.front()) {
    Told& told = all.emplace_back();
    const auto& record = *reinterpret_cast<const FrameRecord*>(front.data());
    const bool traced = record.kind == FrameRecord::Kind::traced;
    if (traced)
      told.record = static_cast<const TraceRecord&>(record);
    else
      static_cast<FrameRecord&>(told.record) = record;
    const auto bytes = front.subspan(traced ? sizeof(TraceRecord) : sizeof(FrameRecord));
    REQUIRE(bytes.size() == record.captured);
    for (const std::byte byte : bytes) told.bytes.push_back(static_cast<std::uint8_t>(byte));
  }
  return all;
}

const StageNote& note(const Told& told, Stage stage) {
  return told.record.notes[static_cast<std::size_t>(stage)];
}

std::vector<Bytes> sent_by(InProcessPlant& plant) {
  std::vector<Bytes> frames;
  for (const Departure& departure : plant.take_departures()) frames.push_back(departure.frame);
  return frames;
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
  CHECK(told[0].record.verdict == Verdict::forwarded_new);
  CHECK(told[1].record.verdict == Verdict::forwarded);
  CHECK(told[0].record.request == 7);
  CHECK(told[0].record.has_destination);
  CHECK(DestinationId(told[0].record.destination) == plant.builder().services()[0].servers[0].id);
  CHECK(told[0].bytes == syn);  // as it came: its MAC address is the port's still
  CHECK(plant.take_departures().size() >= 4);
}

// Both are of one burst: what a stage did to the second must not show in the first's notes.
TEST_CASE("a trace notes what each stage found and did, when it did it", "[datapath]") {
  InProcessPlant plant(one_server(), {.ports = {{own_mac}}, .workers = 1});
  order(plant, "", 10);
  plant.inject(PortId(0), segment(1000, 80, TcpHeader::syn));
  plant.inject(PortId(0), segment(1000, 80, TcpHeader::ack));
  plant.run();
  const auto told = records(plant);
  REQUIRE(told.size() == 2);

  CHECK(told[0].record.has_flow);
  CHECK(note(told[0], Stage::classify).verdict == Verdict::pending);
  CHECK(note(told[0], Stage::look_up).was_there);
  CHECK_FALSE(note(told[0], Stage::look_up).has_entry);
  CHECK(note(told[0], Stage::look_up).verdict == Verdict::pending);
  const StageNote& scheduled = note(told[0], Stage::schedule);
  CHECK(scheduled.has_entry);
  CHECK(scheduled.entry_state == flow::TcpState::syn_received);
  CHECK(scheduled.entry_seconds_left == 60);
  CHECK(scheduled.verdict == Verdict::forwarded_new);
  CHECK(scheduled.has_destination);
  CHECK_FALSE(note(told[0], Stage::relate).was_there);
  CHECK(note(told[0], Stage::settle).was_there);

  const StageNote& found = note(told[1], Stage::look_up);
  CHECK(found.has_entry);
  CHECK(found.entry_state == flow::TcpState::established);
  CHECK(found.verdict == Verdict::forwarded);
  CHECK_FALSE(note(told[1], Stage::schedule).was_there);
}

TEST_CASE("a trace of what is refused or dropped names the verdict and no server", "[datapath]") {
  InProcessPlant plant(one_server(), {.ports = {{own_mac}}, .workers = 1});
  order(plant, "host 198.51.100.7", 10);
  plant.inject(PortId(0), segment(1000, 81, TcpHeader::syn));
  plant.run();
  const auto told = records(plant);
  REQUIRE(told.size() == 1);
  CHECK(told[0].record.verdict == Verdict::refused_reset);
  CHECK(note(told[0], Stage::look_up).verdict == Verdict::pending);
  CHECK(note(told[0], Stage::schedule).verdict == Verdict::refused_reset);
  CHECK_FALSE(told[0].record.has_destination);
  order(plant, "", 0);
  plant.inject(PortId(0), segment(1000, 81, TcpHeader::syn));
  plant.run();
  CHECK(records(plant).empty());
}

TEST_CASE("a capture has each packet as it came and as it left", "[datapath]") {
  InProcessPlant plant(one_server(), {.ports = {{own_mac}}, .workers = 1});
  order(plant, "tcp", 2, Kind::capture);
  Bytes syn = segment(1000, 80, TcpHeader::syn);
  syn.resize(60);  // a port would pad a shorter one
  Bytes damaged = segment(1001, 80, TcpHeader::syn);
  damaged[24] ^= 1U;  // of the IP header's checksum
  plant.inject(PortId(0), syn);
  plant.inject(PortId(0), damaged);
  plant.inject(PortId(0), segment(1002, 80, TcpHeader::syn));
  plant.run();
  const auto sent = sent_by(plant);
  const auto told = records(plant);
  REQUIRE(sent.size() == 2);
  REQUIRE(told.size() == 3);
  CHECK(told[0].record.kind == FrameRecord::Kind::received);
  CHECK(told[0].bytes == syn);
  CHECK(told[0].record.verdict == Verdict::forwarded_new);
  CHECK(told[0].record.leaves);
  CHECK(told[1].bytes == damaged);
  CHECK(told[1].record.verdict == Verdict::bad_ip_checksum);
  CHECK_FALSE(told[1].record.leaves);
  CHECK(told[2].record.kind == FrameRecord::Kind::sent);
  CHECK(told[2].record.number == told[0].record.number);
  CHECK(told[2].bytes == sent[0]);
  CHECK(told[2].bytes != syn);
}

TEST_CASE("several observe at once, and the end of one is not the end of the others",
          "[datapath]") {
  InProcessPlant plant(one_server(), {.ports = {{own_mac}}, .workers = 1});
  order(plant, "dst port 80", 1, Kind::trace, 0);
  order(plant, "", 10, Kind::capture, 1);
  order(plant, "dst port 81", 10, Kind::trace, 7);
  plant.inject(PortId(0), segment(1000, 80, TcpHeader::syn));
  plant.inject(PortId(0), segment(1000, 81, TcpHeader::syn));
  plant.inject(PortId(0), segment(1001, 80, TcpHeader::syn));
  plant.run();
  std::map<std::uint32_t, std::size_t> count;
  for (const Told& told : records(plant)) ++count[told.record.request];
  CHECK(count == std::map<std::uint32_t, std::size_t>{{7, 1}, {8, 6}, {14, 1}});
  order(plant, "", 0, Kind::capture, 1);
  plant.inject(PortId(0), segment(1002, 81, TcpHeader::syn));
  plant.run();
  const auto told = records(plant);
  REQUIRE(told.size() == 1);
  CHECK(told[0].record.request == 14);
}

TEST_CASE("nobody reads the trace: packets are forwarded all the same, and counted", "[datapath]") {
  InProcessPlant plant(one_server(), {.ports = {{own_mac}}, .workers = 1});
  order(plant, "", 100'000);
  std::size_t left = 0;
  for (std::uint16_t port = 1; port <= 5'000; ++port) {
    plant.inject(PortId(0), segment(port, 80, TcpHeader::syn));
    plant.run();
    left += plant.take_departures().size();
  }
  CHECK(left == 5'000);
  const std::size_t told = records(plant).size();
  CHECK(told < 5'000);
  CHECK(told + plant.crossing(WorkerId(0)).unobserved[0].value() == 5'000);
}

TEST_CASE("records of any length go round the ring", "[datapath]") {
  RecordRing ring(256);
  std::uint8_t value = 0;
  for (std::size_t length = 1; length <= 100; ++length) {
    std::byte* record = ring.reserve(length);
    REQUIRE(record != nullptr);
    CHECK(ring.front().empty());  // not before it is committed
    std::fill_n(record, length, std::byte(++value));
    CHECK(ring.commit());
    const auto front = ring.front();
    REQUIRE(front.size() == length);
    CHECK(std::ranges::count(front, std::byte(value)) == static_cast<std::ptrdiff_t>(length));
    ring.pop();
  }
  CHECK_FALSE(ring.commit());
  REQUIRE(ring.reserve(100) != nullptr);
  CHECK(ring.reserve(300) == nullptr);
}

}  // namespace drover::datapath
