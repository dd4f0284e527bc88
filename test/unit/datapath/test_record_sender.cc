// SPDX-License-Identifier: BSD-3-Clause
// What a worker sends itself of connections that begin.
#include "lib/datapath/record_sender.h"

#include <fmt/format.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "lib/datapath/record_frame.h"
#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "lib/net/vlan.h"
#include "test/harness/client_frame.h"
#include "test/harness/in_process_plant.h"
#include "test/harness/test_eal.h"
#include "test/unit/catch.h"

namespace drover::test {
namespace {

using datapath::FlowRecord;

constexpr MacAddress port_mac{{2, 0, 0, 0, 0, 0x0b}};
constexpr MacAddress peer_mac{{2, 0, 0, 0, 0, 0x0c}};
const IpAddress own = *IpAddress::parse("192.0.2.11");
const IpAddress peer = *IpAddress::parse("192.0.2.12");
const IpAddress own_v6 = *IpAddress::parse("2001:db8::b");
const IpAddress peer_v6 = *IpAddress::parse("2001:db8::c");

// A datagram of one byte for each record, ten at most.
class FakeSealer : public datapath::RecordSealer {
 public:
  Sealed seal(WorkerId /*worker*/, std::size_t /*way*/, std::span<const FlowRecord> records,
              const datapath::Snapshot& /*snapshot*/, std::span<std::uint8_t> room) const override {
    const std::size_t count = std::min<std::size_t>(records.size(), 10);
    for (std::size_t i = 0; i < count; ++i) {
      room[i] = static_cast<std::uint8_t>(records[i].client_port);
      told.push_back(records[i]);
    }
    return {.length = count, .records = count};
  }
  mutable std::vector<FlowRecord> told;
};

std::string file(unsigned workers, unsigned vlan, const std::string& more) {
  return fmt::format(
      "nodes:\n  test: {{address: [192.0.2.11/24, \"2001:db8::b/64\"]}}\n"
      "  other: {{address: [192.0.2.12/24, \"2001:db8::c/64\"]}}\n"
      "workers: {}\nconnections: 400000\n"
      "ports:\n  - {{name: front, driver: vdev, device: net_ring0{}}}\n"
      "services:\n  - name: web\n    address: 192.0.2.10\n    ports: [80]\n{}"
      "    servers:\n      - {{address: 192.0.2.21, mac: \"02:00:00:00:01:01\"}}\n",
      workers, vlan == 0 ? "" : fmt::format(", vlan: {}", vlan), more);
}

struct Bench {
  explicit Bench(const IpAddress& to = peer, PlantSettings settings = {.ports = {{port_mac}}},
                 unsigned vlan = 0, const std::string& more = "")
      : plant(load_config(file(settings.workers, vlan, more)), settings) {
    plant.set_flow_reporting(datapath::FlowReporting::ahead);
    plant.set_record_order(order(to));
    plant.set_neighbour(to, peer_mac);
  }
  control::RecordOrder order(const IpAddress& to) const {
    return {.peers = {{to, to.is_v6() ? own_v6 : own, sync_port}}, .sealer = sealer};
  }
  static Bytes syn(std::uint16_t port) {
    return tcp_frame({.to = port_mac,
                      .client = Ipv4Address(0xc6336401),
                      .client_port = port,
                      .vip = *IpAddress::parse("192.0.2.10"),
                      .flags = TcpHeader::syn});
  }
  // What leaves in a turn, in its order.
  std::vector<Bytes> turn() {
    plant.worker(WorkerId(0)).turn(plant.now());
    return plant.port(PortId(0)).sent(0);
  }

  std::shared_ptr<FakeSealer> sealer = std::make_shared<FakeSealer>();
  InProcessPlant plant;
};

MacAddress destination_of(const Bytes& frame) {
  return header_at<EthernetHeader>(std::span(frame), 0).destination;
}

void check_udp_v4(std::span<const std::uint8_t> frame, std::size_t ip_at, std::size_t payload) {
  const auto& ip = header_at<Ipv4Header>(frame, ip_at);
  CHECK(ipv4_header_checksum(ip) == Be16(0));
  CHECK(ip.source == own.v4().wire());
  CHECK(ip.destination == peer.v4().wire());
  CHECK(ip.total_length.value() == 28 + payload);
  const auto& udp = header_at<UdpHeader>(frame, ip_at + sizeof ip);
  CHECK(udp.destination_port.value() == sync_port);
  CHECK(udp.length.value() == 8 + payload);
  ChecksumSum sum;
  sum.add_pseudo_header(ip.source, ip.destination, ip_protocol::udp, udp.length.value());
  sum.add(frame.subspan(ip_at + sizeof ip, udp.length.value()));
  CHECK(sum.finish() == Be16(0));
}

}  // namespace

TEST_CASE("a record leaves ahead of its connection's first packet, in the same burst", "[sync]") {
  Bench bench;
  bench.plant.inject(PortId(0), Bench::syn(4'000));
  const auto left = bench.turn();
  REQUIRE(left.size() == 2);
  CHECK(destination_of(left[0]) == peer_mac);
  CHECK(header_at<EthernetHeader>(std::span(left[0]), 0).source == port_mac);
  check_udp_v4(left[0], sizeof(EthernetHeader), 1);
  CHECK(destination_of(left[1]) == MacAddress{{2, 0, 0, 0, 1, 1}});
  const auto& counters = bench.plant.counters(WorkerId(0));
  CHECK(counters.flow_records_sent.value() == 1);
  CHECK(counters.flow_changes.value() == 0);
  CHECK(counters.flow_changes_late.value() == 0);
  // The connection's next packet is none of the first.
  bench.plant.inject(PortId(0), Bench::syn(4'000));
  CHECK(bench.turn().size() == 1);
}

TEST_CASE("the records of a burst travel together, as many as find room", "[sync]") {
  Bench bench;
  for (std::uint16_t port = 100; port < 125; ++port)
    bench.plant.inject(PortId(0), Bench::syn(port));
  const auto left = bench.turn();
  REQUIRE(left.size() == 3 + 25);
  for (std::size_t i = 0; i < left.size(); ++i)
    CHECK((destination_of(left[i]) == peer_mac) == (i < 3));
  REQUIRE(bench.sealer->told.size() == 25);
  for (std::size_t i = 0; i < 25; ++i) CHECK(bench.sealer->told[i].client_port == 100 + i);
}

TEST_CASE("records leave in the port's VLAN, and by IPv6", "[sync]") {
  Bench tagged(peer, {.ports = {{port_mac}}}, 7);
  Bytes syn = Bench::syn(4'000);
  put_vlan_tag(syn, 7);
  tagged.plant.inject(PortId(0), syn);
  const auto left = tagged.turn();
  REQUIRE(left.size() == 2);
  CHECK(vlan_of(left[0]) == 7);
  check_udp_v4(left[0], sizeof(EthernetHeader) + sizeof(VlanTag), 1);

  Bench v6(peer_v6);
  v6.plant.inject(PortId(0), Bench::syn(4'000));
  const auto left_v6 = v6.turn();
  REQUIRE(left_v6.size() == 2);
  const std::span frame(left_v6[0]);
  const auto& ip = header_at<Ipv6Header>(frame, sizeof(EthernetHeader));
  CHECK(ip.source == own_v6.v6());
  CHECK(ip.destination == peer_v6.v6());
  CHECK(ip.payload_length.value() == 9);
  ChecksumSum sum;
  sum.add_pseudo_header(ip.source, ip.destination, ip_protocol::udp, 9);
  sum.add(frame.subspan(sizeof(EthernetHeader) + sizeof ip, 9));
  CHECK(sum.finish() == Be16(0));
}

TEST_CASE("in a flood embryonic connections' records are left out, and told of later", "[sync]") {
  Bench bench;
  constexpr std::uint32_t flood = 110'000;  // at once; 100,000 are a tenth of a second's
  for (std::uint32_t i = 0; i < flood; ++i) {
    bench.plant.inject(PortId(0),
                       tcp_frame({.to = port_mac,
                                  .client = Ipv4Address(0x0a000000 + i / 50'000),
                                  .client_port = static_cast<std::uint16_t>(1'024 + i % 50'000),
                                  .vip = *IpAddress::parse("192.0.2.10"),
                                  .flags = TcpHeader::syn}));
    if (i % 32 == 31) bench.turn();
  }
  bench.turn();
  const auto& counters = bench.plant.counters(WorkerId(0));
  CHECK(counters.flow_records_sent.value() == 100'000);
  CHECK(counters.flow_changes_shed.value() == 10'000);
  CHECK(counters.verdicts[static_cast<std::size_t>(datapath::Verdict::forwarded_new)].value() ==
        flood);
  bench.plant.wait(std::chrono::seconds(31));
  CHECK(counters.flow_changes.value() >= 4'000);  // by control, as its ring has room
}

TEST_CASE("without an mbuf for them control is told of the records, once", "[sync]") {
  Bench bench;
  bench.plant.inject(PortId(0), Bench::syn(4'000));
  std::vector<rte_mbuf*> taken;
  while (rte_mbuf* mbuf = rte_pktmbuf_alloc(frame_pool())) taken.push_back(mbuf);
  const auto left = bench.turn();
  rte_pktmbuf_free_bulk(taken.data(), static_cast<unsigned>(taken.size()));
  CHECK(left.size() == 1);  // the SYN, which does not wait
  const auto& counters = bench.plant.counters(WorkerId(0));
  CHECK(counters.flow_records_sent.value() == 0);
  CHECK(counters.flow_changes_late.value() == 1);
  CHECK(counters.flow_changes.value() == 1);
}

TEST_CASE("while a balancer's MAC address is not known, control sends the records", "[sync]") {
  Bench bench;
  bench.plant.set_neighbour(peer, std::nullopt);
  bench.plant.inject(PortId(0), Bench::syn(4'000));
  CHECK(bench.turn().empty());  // it waits for control
  CHECK(bench.plant.counters(WorkerId(0)).flow_changes.value() == 1);
  CHECK(bench.sealer->told.empty());
}

TEST_CASE("a worker without a queue where the other balancer is leaves its records to control",
          "[sync]") {
  // The balancer is on the second port, of which the first worker has the only queue.
  const std::string text =
      "nodes:\n  test: {address: 192.0.2.11/24}\n  other: {address: 192.0.2.12/24}\n"
      "workers: 2\nconnections: 4000\nports:\n"
      "  - {name: front, driver: vdev, device: net_ring0, address: "
      "{test: 198.51.100.11/24, other: 198.51.100.12/24}}\n"
      "  - {name: back, driver: vdev, device: net_ring1}\n"
      "services:\n  - name: web\n    address: 198.51.100.10\n    ports: [80]\n    on: [front]\n"
      "    servers:\n      - {address: 198.51.100.21, mac: \"02:00:00:00:01:01\"}\n";
  InProcessPlant plant(
      load_config(text),
      {.ports = {{.mac = port_mac}, {.mac = port_mac, .queues = 1}}, .workers = 2});
  const auto sealer = std::make_shared<FakeSealer>();
  plant.set_flow_reporting(datapath::FlowReporting::ahead);
  plant.set_record_order(control::RecordOrder{.peers = {{peer, own, sync_port}}, .sealer = sealer});
  plant.set_neighbour(peer, peer_mac);
  for (std::uint16_t port = 101; port <= 120; ++port)
    plant.inject(PortId(0), tcp_frame({.to = port_mac,
                                       .client = Ipv4Address(0xc6336401),
                                       .client_port = port,
                                       .vip = *IpAddress::parse("198.51.100.10"),
                                       .flags = TcpHeader::syn}));
  plant.turn();
  const auto& with_queue = plant.counters(WorkerId(0));
  const auto& without = plant.counters(WorkerId(1));
  CHECK(with_queue.flow_records_sent.value() > 0);
  CHECK(with_queue.flow_changes.value() == 0);
  CHECK(without.flow_records_sent.value() == 0);
  CHECK(without.flow_changes.value() > 0);
  CHECK(with_queue.flow_records_sent.value() + without.flow_changes.value() == 20);
  // Those of the second one wait.
  CHECK(plant.take_departures().size() == with_queue.flow_records_sent.value());
}

TEST_CASE("for directors that run IPVS control gets the records, too", "[sync]") {
  Bench bench;
  auto order = bench.order(peer);
  order.control_wants_them = true;
  bench.plant.set_record_order(std::move(order));
  bench.plant.inject(PortId(0), Bench::syn(4'000));
  CHECK(bench.turn().size() == 2);
  FlowRecord record;
  REQUIRE(bench.plant.crossing(WorkerId(0)).flow_changes.pop_some({&record, 1}) == 1);
  CHECK(record.sent);
}

TEST_CASE("a client's template is told of ahead of its connection", "[sync]") {
  Bench bench(peer, {.ports = {{port_mac}}}, 0, "    persistence: {timeout: 5m}\n");
  bench.plant.inject(PortId(0), Bench::syn(4'000));
  CHECK(bench.turn().size() == 2);
  REQUIRE(bench.sealer->told.size() == 2);
  CHECK(bench.sealer->told[0].kind == FlowRecord::Kind::client_template);
  CHECK(bench.sealer->told[0].left == flow::Ticks(4 * 300));
  CHECK(bench.sealer->told[1].kind == FlowRecord::Kind::connection);
}

}  // namespace drover::test
