// SPDX-License-Identifier: BSD-3-Clause
#include <string>

#include "lib/control/probe_frame.h"
#include "lib/net/wire.h"
#include "test/unit/catch.h"

namespace drover::control {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Heard = ProbeSchedule::Heard;

const MacAddress own_mac = *MacAddress::parse("02:00:00:00:00:01");
const MacAddress server_mac = *MacAddress::parse("02:00:00:00:00:21");

Bytes hex(const std::string& text) {
  Bytes bytes;
  std::string digits;
  for (const char c : text)
    if (c != ' ') digits += c;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
  return bytes;
}

// 192.0.2.11 at 02:..:01 asks for 192.0.2.21.
const Bytes arp_request = hex("0001 0800 06 04 0001 020000000001 c000020b 000000000000 c0000215");
const Bytes arp_reply = hex("0001 0800 06 04 0002 020000000021 c0000215 020000000001 c000020b");
// From 2001:db8::21 to 2001:db8::11, solicited and override, target MAC 02:..:21; made with scapy.
const Bytes advertisement =
    hex("60000000 0020 3a ff 20010db8000000000000000000000021 20010db8000000000000000000000011"
        "88 00 8a04 60000000 20010db8000000000000000000000021 02 01 020000000021");

TEST_CASE("an ARP request to the known address and to everybody") {
  const ProbeSender sender{*IpAddress::parse("192.0.2.11"), own_mac};
  const auto target = *IpAddress::parse("192.0.2.21");
  const auto direct = make_probe(sender, target, server_mac);
  REQUIRE(direct.destination == server_mac);
  REQUIRE(direct.ether_type == ether_type::arp);
  REQUIRE(direct.payload == arp_request);
  const auto broadcast = make_probe(sender, target, std::nullopt);
  REQUIRE(broadcast.destination == broadcast_mac);
  REQUIRE(broadcast.payload == arp_request);
}

TEST_CASE("a neighbour solicitation to the known address and to the group") {
  const ProbeSender sender{*IpAddress::parse("2001:db8::11"), own_mac};
  const auto target = *IpAddress::parse("2001:db8::21");
  const auto direct = make_probe(sender, target, server_mac);
  REQUIRE(direct.destination == server_mac);
  REQUIRE(direct.ether_type == ether_type::ipv6);
  REQUIRE(direct.payload ==
          hex("6000000000203aff20010db800000000000000000000001120010db8000000000000000000000021"
              "8700ec240000000020010db80000000000000000000000210101020000000001"));
  const auto group = make_probe(sender, target, std::nullopt);
  REQUIRE(to_string(group.destination) == "33:33:ff:00:00:21");
  REQUIRE(group.payload ==
          hex("6000000000203aff20010db8000000000000000000000011ff0200000000000000000001ff000021"
              "87001bd90000000020010db80000000000000000000000210101020000000001"));
}

TEST_CASE("an ARP reply is an answer") {
  const auto heard = parse_arp(arp_reply);
  REQUIRE(heard);
  REQUIRE(heard->address == *IpAddress::parse("192.0.2.21"));
  REQUIRE(heard->mac == server_mac);
  REQUIRE(heard->heard == Heard::answer);
}

TEST_CASE("requests and gratuitous ARP are announcements") {
  auto frame = arp_request;
  REQUIRE(parse_arp(frame)->heard == Heard::announcement);
  frame = arp_reply;
  std::copy_n(frame.begin() + 14, 4, frame.begin() + 24);  // the target is the sender
  REQUIRE(parse_arp(frame)->heard == Heard::announcement);
  frame.resize(46);  // padded to the shortest frame
  REQUIRE(parse_arp(frame)->heard == Heard::announcement);
}

TEST_CASE("ARP that says nothing of its sender is passed over") {
  for (std::size_t length = 0; length < arp_reply.size(); ++length)
    REQUIRE_FALSE(parse_arp(std::span(arp_reply).first(length)));
  const auto with = [](std::size_t offset, const Bytes& value) {
    Bytes frame = arp_reply;
    std::copy(value.begin(), value.end(), frame.begin() + static_cast<std::ptrdiff_t>(offset));
    return frame;
  };
  REQUIRE_FALSE(parse_arp(with(0, {0, 6})));
  REQUIRE_FALSE(parse_arp(with(2, {0x86, 0xdd})));
  REQUIRE_FALSE(parse_arp(with(4, {8})));
  REQUIRE_FALSE(parse_arp(with(5, {16})));
  REQUIRE_FALSE(parse_arp(with(6, {0, 3})));
  REQUIRE_FALSE(parse_arp(with(8, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff})));
  REQUIRE_FALSE(parse_arp(with(8, {0, 0, 0, 0, 0, 0})));
  REQUIRE_FALSE(parse_arp(with(14, {0, 0, 0, 0})));  // an ARP probe (RFC 5227)
}

TEST_CASE("a solicited advertisement is an answer, an unsolicited override an announcement") {
  const auto heard = parse_advertisement(advertisement, server_mac);
  REQUIRE(heard);
  REQUIRE(heard->address == *IpAddress::parse("2001:db8::21"));
  REQUIRE(heard->mac == server_mac);
  REQUIRE(heard->heard == Heard::answer);
  auto frame = advertisement;
  frame[44] = 0x20;  // only override; the checksum grows by 0x4000
  const unsigned sum = frame[42] * 256U + frame[43] + 0x4000U;
  frame[42] = static_cast<std::uint8_t>(((sum & 0xffff) + (sum >> 16)) >> 8);
  frame[43] = static_cast<std::uint8_t>((sum & 0xffff) + (sum >> 16));
  REQUIRE(parse_advertisement(frame, server_mac)->heard == Heard::announcement);
}

TEST_CASE("an advertisement without the option speaks for its frame's source") {
  const auto frame =
      hex("6000000000183aff20010db800000000000000000000002120010db8000000000000000000000011"
          "88008e2e6000000020010db8000000000000000000000021");
  const auto heard = parse_advertisement(frame, server_mac);
  REQUIRE(heard);
  REQUIRE(heard->mac == server_mac);
  REQUIRE(heard->heard == Heard::answer);
  REQUIRE_FALSE(parse_advertisement(frame, broadcast_mac));
}

TEST_CASE("a malformed advertisement is passed over") {
  for (std::size_t length = 0; length < advertisement.size(); ++length)
    REQUIRE_FALSE(parse_advertisement(std::span(advertisement).first(length), server_mac));
  for (std::size_t byte = 0; byte < advertisement.size(); ++byte) {
    if (byte < 4) continue;  // class and flow are not covered by the checksum
    auto frame = advertisement;
    frame[byte] ^= 0x04;
    INFO("byte " << byte);
    REQUIRE_FALSE(parse_advertisement(frame, server_mac));
  }
}

}  // namespace
}  // namespace drover::control
