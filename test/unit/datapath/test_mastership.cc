// SPDX-License-Identifier: BSD-3-Clause
// Who answers for a VIP when there are several balancers, and what a backup does with its frames.
#include "lib/datapath/mastership_lease.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <set>

#include "lib/datapath/tsc_clock.h"
#include "lib/failover/vrrp_frame.h"
#include "lib/net/wire.h"
#include "test/harness/client_frame.h"
#include "test/harness/in_process_plant.h"
#include "test/harness/test_eal.h"
#include "test/unit/catch.h"

namespace drover::test {
namespace {

const MacAddress port_mac{{2, 0, 0, 0, 0, 1}};
const MacAddress client_mac{{2, 0, 0, 0, 0, 100}};
const MacAddress server_mac{{2, 0, 0, 0, 0, 0x21}};
const MacAddress virtual_mac{{0, 0, 0x5e, 0, 1, 51}};
const Ipv4Address vip(0xc000020a);
constexpr std::uint64_t for_ever = UINT64_MAX;

config::Config one_vip() {
  return load_config(R"(
ports: [{name: front, driver: vdev, device: net_ring0}]
services:
  - name: web
    address: 192.0.2.10
    ports: [80]
    servers: [{address: 192.0.2.21, mac: "02:00:00:00:00:21"}]
)");
}

Bytes arp_request(const MacAddress& to) {
  Bytes frame(sizeof(EthernetHeader) + sizeof(ArpMessage));
  const std::span<std::uint8_t> bytes(frame);
  header_at<EthernetHeader>(bytes, 0) = {
      .destination = to, .source = client_mac, .type = Be16(ether_type::arp)};
  header_at<ArpMessage>(bytes, sizeof(EthernetHeader)) = {
      .hardware_type = Be16(1),
      .protocol_type = Be16(ether_type::ipv4),
      .hardware_length = 6,
      .protocol_length = 4,
      .operation = Be16(ArpMessage::request),
      .sender_mac = client_mac,
      .sender_address = Ipv4Address(0xc0000264).wire(),
      .target_mac = {},
      .target_address = vip.wire()};
  return frame;
}

struct Fixture {
  explicit Fixture(const MacAddress& mac_of_vip = {}) : plant(one_vip(), {.ports = {{port_mac}}}) {
    plant.set_roles({{vip, {.lease = lease, .virtual_mac = mac_of_vip}}});
  }
  ~Fixture() { CHECK(frames_in_use() == 0); }

  std::vector<Departure> send(const Bytes& frame) {
    plant.inject(PortId(0), frame);
    plant.run();
    return plant.take_departures();
  }
  std::vector<Departure> send_syn(const MacAddress& to) {
    return send(tcp_frame({.to = to,
                           .client = Ipv4Address(0xc6336407),
                           .client_port = 40'000,
                           .vip = vip,
                           .flags = TcpHeader::syn}));
  }
  std::uint64_t not_master() { return plant.total(datapath::Verdict::not_master); }

  std::shared_ptr<datapath::MastershipLease> lease = std::make_shared<datapath::MastershipLease>();
  InProcessPlant plant;
};

MacAddress arp_sender(const Departure& departure) {
  return header_at<ArpMessage>(std::span(departure.frame), sizeof(EthernetHeader)).sender_mac;
}

MacAddress destination(const Departure& departure) {
  return header_at<EthernetHeader>(std::span(departure.frame), 0).destination;
}

TEST_CASE("a master answers ARP, a backup does not") {
  Fixture fixture;
  CHECK(fixture.send(arp_request(broadcast_mac)).empty());
  CHECK(fixture.not_master() == 1);
  fixture.lease->extend(for_ever);
  const auto answers = fixture.send(arp_request(broadcast_mac));
  REQUIRE(answers.size() == 1);
  CHECK(arp_sender(answers[0]) == port_mac);
  fixture.lease->end();
  CHECK(fixture.send(arp_request(port_mac)).empty());
}

TEST_CASE("a lease that has run out is none") {
  Fixture fixture;
  fixture.lease->extend(fixture.plant.now() + 30'000'000);
  CHECK(fixture.send(arp_request(broadcast_mac)).size() == 1);
  fixture.plant.wait(std::chrono::milliseconds(31));
  CHECK(fixture.send(arp_request(broadcast_mac)).empty());
}

TEST_CASE("a backup forwards what is at its own MAC address") {
  Fixture fixture;
  const auto forwarded = fixture.send_syn(port_mac);
  REQUIRE(forwarded.size() == 1);
  CHECK(destination(forwarded[0]) == server_mac);
}

TEST_CASE("a backup places a new connection where the master would look for it unasked") {
  const auto config = load_config(R"(
ports: [{name: front, driver: vdev, device: net_ring0}]
services:
  - name: web
    address: 192.0.2.10
    ports: [80]
    scheduler: rr
    servers:
      - {address: 192.0.2.21, mac: "02:00:00:00:00:21"}
      - {address: 192.0.2.22, mac: "02:00:00:00:00:22"}
      - {address: 192.0.2.23, mac: "02:00:00:00:00:23"}
)");
  InProcessPlant backup(config, {.ports = {{port_mac}}});
  backup.set_roles(
      {{vip, {.lease = std::make_shared<datapath::MastershipLease>(), .virtual_mac = {}}}});
  InProcessPlant master(config, {.ports = {{port_mac}}});
  const auto server = [](InProcessPlant& plant, std::uint16_t port, std::uint8_t flags) {
    plant.inject(PortId(0), tcp_frame({.to = port_mac,
                                       .client = Ipv4Address(0xc6336407),
                                       .client_port = port,
                                       .vip = vip,
                                       .flags = flags}));
    plant.run();
    const auto forwarded = plant.take_departures();
    REQUIRE(forwarded.size() == 1);
    return destination(forwarded[0]);
  };
  std::set<MacAddress> seen;
  for (std::uint16_t port = 40'000; port < 40'100; ++port) {
    const MacAddress placed = server(backup, port, TcpHeader::syn);
    CHECK(server(master, port, TcpHeader::ack) == placed);
    CHECK(server(backup, port, TcpHeader::ack) == placed);
    seen.insert(placed);
  }
  CHECK(seen.size() == 3);
}

TEST_CASE("frames flooded to another's MAC address are dropped, master or not") {
  Fixture fixture;
  for (const std::uint64_t until : {std::uint64_t{0}, for_ever}) {
    fixture.lease->extend(until);
    CHECK(fixture.send_syn(MacAddress({2, 0, 0, 0, 0, 2})).empty());
    CHECK(fixture.send_syn(virtual_mac).empty());
  }
  CHECK(fixture.plant.total(datapath::Verdict::wrong_mac) == 4);
}

TEST_CASE("the virtual MAC address is the master's") {
  Fixture fixture(virtual_mac);
  CHECK(fixture.send_syn(virtual_mac).empty());
  CHECK(fixture.not_master() == 1);
  CHECK(fixture.send_syn(port_mac).size() == 1);

  fixture.lease->extend(for_ever);
  CHECK(fixture.send_syn(virtual_mac).size() == 1);
  for (const MacAddress& to : {broadcast_mac, virtual_mac}) {
    const auto answers = fixture.send(arp_request(to));
    REQUIRE(answers.size() == 1);
    CHECK(arp_sender(answers[0]) == virtual_mac);
  }
}

TEST_CASE("a heartbeat that comes too late is not sent") {
  Fixture fixture;
  datapath::HeartbeatFrame heartbeat{
      .good_until = fixture.plant.now() + 1'000'000'000, .ethdev = 0, .length = 60, .bytes = {}};
  heartbeat.ethdev = fixture.plant.ethdev(PortId(0));
  fixture.plant.crossing(WorkerId(0)).heartbeats.push(heartbeat);
  fixture.plant.run();
  CHECK(fixture.plant.take_departures().size() == 1);
  fixture.plant.wait(std::chrono::seconds(2));
  fixture.plant.crossing(WorkerId(0)).heartbeats.push(heartbeat);
  fixture.plant.run();
  CHECK(fixture.plant.take_departures().empty());
}

// VRRP for its group, IPv4 or IPv6, in the VLAN if that is not 0.
Bytes advertisement(std::uint16_t vlan, bool is_v6 = false) {
  const IpAddress group = failover::vrrp_group(is_v6);
  Bytes frame = failover::write_vrrp_frame(
      {.source_mac = client_mac,
       .destination_mac = failover::multicast_mac(group),
       .endpoints = {.source = *IpAddress::parse(is_v6 ? "fe80::12" : "192.0.2.12"),
                     .destination = group}},
      {.version = failover::VrrpVersion::v3,
       .router = 51,
       .priority = 100,
       .interval = std::chrono::milliseconds(10),
       .addresses = {is_v6 ? *IpAddress::parse("2001:db8::10") : IpAddress(vip)}},
      failover::ChecksumRule::rfc5798);
  const std::array<std::uint8_t, 4> tag{0x81, 0, 0, static_cast<std::uint8_t>(vlan)};
  if (vlan != 0) frame.insert(frame.begin() + 12, tag.begin(), tag.end());
  return frame;
}

TEST_CASE("heartbeats that a worker gets go to the heartbeat thread, and to the kernel") {
  for (const std::uint16_t vlan : {std::uint16_t{0}, std::uint16_t{7}}) {
    auto config = one_vip();
    config.ports[0].vlan = vlan;
    InProcessPlant plant(config, {.ports = {{.mac = port_mac, .host_interface = true}}});
    datapath::Crossing& crossing = plant.crossing(WorkerId(0));
    for (const bool is_v6 : {false, true}) {
      plant.inject(PortId(0), advertisement(vlan, is_v6));
      plant.run();
      datapath::HeartbeatFrame heard;
      REQUIRE(crossing.heard_heartbeats.pop_some({&heard, 1}) == 1);
      CHECK(heard.ethdev == plant.ethdev(PortId(0)));
      const Bytes plain = advertisement(0, is_v6);
      CHECK(std::ranges::equal(std::span(heard.bytes).first(heard.length), plain));
      pollfd bell{.fd = crossing.heartbeat_doorbell.descriptor(), .events = POLLIN, .revents = 0};
      CHECK(poll(&bell, 1, 0) == 1);
      crossing.heartbeat_doorbell.answer();
    }
    CHECK(plant.total(datapath::Verdict::to_kernel) == 2);
    // Of another VLAN, and what is no VRRP.
    plant.inject(PortId(0), advertisement(static_cast<std::uint16_t>(vlan + 1)));
    plant.inject(PortId(0), tcp_frame({.to = port_mac,
                                       .client = Ipv4Address(0xc6336407),
                                       .vip = Ipv4Address(0xc000020b)}));
    plant.run();
    CHECK(crossing.heard_heartbeats.empty());
  }
}

TEST_CASE("heartbeats that nobody takes hold nothing up") {
  InProcessPlant plant(one_vip(), {.ports = {{.mac = port_mac, .host_interface = true}}});
  for (int i = 0; i < 200; ++i) {
    plant.inject(PortId(0), advertisement(0));
    plant.run();
  }
  CHECK(plant.total(datapath::Verdict::to_kernel) == 200);
  CHECK(plant.crossing(WorkerId(0)).heard_heartbeats.room() == 0);
}

}  // namespace
}  // namespace drover::test
