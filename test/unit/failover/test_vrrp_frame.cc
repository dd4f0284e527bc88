// SPDX-License-Identifier: BSD-3-Clause
#include "lib/failover/vrrp_frame.h"

#include <array>

#include "test/unit/catch.h"
#include "test/unit/drivers/hex.h"

namespace drover::failover {
namespace {

using test::from_hex;
using Bytes = std::vector<std::uint8_t>;

const IpAddress own = *IpAddress::parse("192.0.2.2");
const IpAddress peer = *IpAddress::parse("192.0.2.1");
const Advertisement advertisement{.version = VrrpVersion::v3,
                                  .router = 51,
                                  .priority = 100,
                                  .interval = std::chrono::seconds(1),
                                  .addresses = {*IpAddress::parse("192.0.2.100")}};

Bytes frame_to(const IpAddress& destination) {
  const IpAddress source =
      destination.is_v6() ? *IpAddress::parse("fe80::1") : *IpAddress::parse("192.0.2.1");
  Advertisement said = advertisement;
  if (destination.is_v6()) said.addresses = {*IpAddress::parse("2001:db8::10")};
  return write_vrrp_frame({.source_mac = *MacAddress::parse("12:a8:63:ea:5f:62"),
                           .destination_mac = multicast_mac(vrrp_group(destination.is_v6())),
                           .endpoints = {source, destination}},
                          said, ChecksumRule::rfc5798);
}

VrrpDatagram datagram(const IpAddress& source, const IpAddress& destination,
                      std::uint8_t hop_limit) {
  return {.endpoints = {source, destination}, .hop_limit = hop_limit, .message = {}};
}

TEST_CASE("an advertisement's frame is keepalived's but for the identification") {
  const Bytes written = frame_to(vrrp_group(false));
  // keepalived numbers its datagrams: there the identification is 1 and the checksum one less.
  CHECK(written == from_hex("01005e00001212a863ea5f62080045c0002000000000ff70189ac0000201e0000012"
                            "3133640100640572c0000264"));
}

TEST_CASE("what was written can be read") {
  for (const bool is_v6 : {false, true}) {
    const Bytes frame = frame_to(vrrp_group(is_v6));
    const auto read = read_vrrp_datagram(std::span(frame).subspan(14));
    REQUIRE(read);
    CHECK(read->hop_limit == 255);
    CHECK(read->endpoints.destination == vrrp_group(is_v6));
    const auto parsed = parse_advertisement(read->message, read->endpoints);
    REQUIRE(parsed);
    CHECK(parsed->advertisement.router == 51);
  }
}

TEST_CASE("every cut of a VRRP datagram is refused, padding is not") {
  for (const bool is_v6 : {false, true}) {
    Bytes frame = frame_to(vrrp_group(is_v6));
    for (std::size_t length = 14; length < frame.size(); ++length)
      CHECK(!read_vrrp_datagram(std::span(frame).first(length).subspan(14)));
    const std::size_t length = read_vrrp_datagram(std::span(frame).subspan(14))->message.size();
    frame.resize(frame.size() + 14);
    const auto padded = read_vrrp_datagram(std::span(frame).subspan(14));
    REQUIRE(padded);
    CHECK(padded->message.size() == length);
  }
}

TEST_CASE("a fragment, another protocol or a damaged header is no VRRP datagram") {
  const Bytes frame = frame_to(vrrp_group(false));
  for (const auto& [at, value] : {std::pair{20, 0x20}, std::pair{21, 0x01}, std::pair{23, 6},
                                  std::pair{24, 0}, std::pair{14, 0x55}}) {
    Bytes damaged = frame;
    damaged[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(value);
    CHECK(!read_vrrp_datagram(std::span(damaged).subspan(14)));
  }
}

TEST_CASE("a multicast advertisement must come with hop limit 255") {
  const IpAddress group = vrrp_group(false);
  CHECK(judge_datagram(datagram(peer, group, 255), own, {}) == DatagramFault::none);
  CHECK(judge_datagram(datagram(peer, group, 254), own, {}) == DatagramFault::hop_limit);
  CHECK(judge_datagram(datagram(peer, own, 255), own, {}) == DatagramFault::not_for_us);
}

TEST_CASE("a unicast advertisement must come from a peer that is named") {
  const std::array peers{peer};
  const IpAddress stranger = *IpAddress::parse("192.0.2.9");
  CHECK(judge_datagram(datagram(peer, own, 64), own, peers) == DatagramFault::none);
  CHECK(judge_datagram(datagram(stranger, own, 255), own, peers) == DatagramFault::not_a_peer);
  CHECK(judge_datagram(datagram(peer, vrrp_group(false), 255), own, peers) ==
        DatagramFault::not_for_us);
}

TEST_CASE("virtual and multicast MAC addresses are those of the RFCs") {
  CHECK(to_string(virtual_mac(51, false)) == "00:00:5e:00:01:33");
  CHECK(to_string(virtual_mac(51, true)) == "00:00:5e:00:02:33");
  CHECK(to_string(multicast_mac(vrrp_group(false))) == "01:00:5e:00:00:12");
  CHECK(to_string(multicast_mac(vrrp_group(true))) == "33:33:00:00:00:12");
  // The highest bit of the group's lower 24 is not in the MAC address.
  CHECK(to_string(multicast_mac(*IpAddress::parse("224.129.2.3"))) == "01:00:5e:01:02:03");
}

}  // namespace
}  // namespace drover::failover
