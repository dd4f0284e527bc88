// SPDX-License-Identifier: BSD-3-Clause
// Servers on a port whose frames are shorter than those of the port that clients come by.
#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"
#include "test/harness/client_frame.h"
#include "test/harness/in_process_plant.h"
#include "test/harness/test_eal.h"
#include "test/unit/catch.h"

namespace drover::test {
namespace {

const MacAddress front_mac{{2, 0, 0, 0, 0, 1}};
const MacAddress back_mac{{2, 0, 0, 0, 0, 2}};
const Ipv4Address vip(0xcb00710a);  // 203.0.113.10
constexpr std::uint16_t headers = sizeof(Ipv4Header) + sizeof(TcpHeader);

config::Config two_ports() {
  return load_config(R"(
ports:
  - {name: front, driver: vdev, device: net_ring0, address: 203.0.113.11/24}
  - {name: back, driver: vdev, device: net_ring1, address: 198.18.0.11/24}
services:
  - name: web
    address: 203.0.113.10
    ports: [80]
    servers: [{address: 198.18.0.21, mac: "02:00:00:00:00:21"}]
)");
}

// A segment of this many bytes from the IP header on.
Bytes segment(std::uint16_t length, bool dont_fragment) {
  Bytes frame = tcp_frame({.to = front_mac,
                           .client = Ipv4Address(0xc6336407),
                           .client_port = 40'000,
                           .vip = vip,
                           .flags = TcpHeader::ack,
                           .payload = static_cast<std::uint16_t>(length - headers)});
  auto& ip = header_at<Ipv4Header>(std::span(frame), sizeof(EthernetHeader));
  ip.fragment = dont_fragment ? Ipv4Header::dont_fragment : std::uint16_t{0};
  ip.checksum = 0;
  ip.checksum = ipv4_header_checksum(ip);
  return frame;
}

struct Fixture {
  Fixture()
      : plant(two_ports(), {.ports = {{front_mac, false, 9'000}, {back_mac, false, 1'500}}}) {}
  ~Fixture() { CHECK(frames_in_use() == 0); }

  std::vector<Departure> send(const Bytes& frame) {
    plant.inject(PortId(0), frame);
    plant.run();
    return plant.take_departures();
  }
  InProcessPlant plant;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "what fits the server's network is forwarded", "[datapath]") {
  const auto left = send(segment(1'500, true));
  REQUIRE(left.size() == 1);
  CHECK(left[0].port == PortId(1));
}

TEST_CASE_METHOD(Fixture, "the sender of what is too long is told the MTU", "[datapath]") {
  const Bytes sent = segment(1'501, true);
  const auto left = send(sent);
  REQUIRE(left.size() == 1);
  CHECK(left[0].port == PortId(0));
  CHECK(plant.total(datapath::Verdict::refused_too_long) == 1);
  const std::span bytes(left[0].frame);
  const auto& ip = header_at<Ipv4Header>(bytes, sizeof(EthernetHeader));
  CHECK(Ipv4Address(ip.source) == vip);
  CHECK(ip.protocol == ip_protocol::icmp);
  const std::size_t offset = sizeof(EthernetHeader) + sizeof(Ipv4Header);
  const auto& icmp = header_at<IcmpHeader>(bytes, offset);
  CHECK(icmp.type == IcmpHeader::unreachable);
  CHECK(icmp.code == IcmpHeader::fragmentation_needed_code);
  CHECK(icmp.rest.value() == 1'500);
  // The datagram's header and 8 bytes.
  const auto quoted = bytes.subspan(offset + sizeof(IcmpHeader), sizeof(Ipv4Header) + 8);
  CHECK(Bytes(quoted.begin(), quoted.end()) ==
        Bytes(sent.begin() + sizeof(EthernetHeader),
              sent.begin() + sizeof(EthernetHeader) + sizeof(Ipv4Header) + 8));
}

TEST_CASE_METHOD(Fixture, "what is too long and may be fragmented is dropped", "[datapath]") {
  CHECK(send(segment(1'501, false)).empty());
  CHECK(plant.total(datapath::Verdict::too_long) == 1);
}

}  // namespace drover::test
