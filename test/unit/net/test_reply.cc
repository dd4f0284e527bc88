// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/reply.h"

#include <algorithm>
#include <array>
#include <vector>

#include "lib/net/header_at.h"
#include "test/unit/catch.h"
#include "test/unit/drivers/hex.h"

namespace drover {
namespace {

using test::from_hex;
using Bytes = std::vector<std::uint8_t>;

constexpr MacAddress own_mac{{0x02, 0, 0, 0, 0, 0x01}};

FrameHeaders headers_of(const Bytes& frame) {
  const FrameHeaders headers = parse_frame(frame, static_cast<std::uint32_t>(frame.size()));
  REQUIRE(headers.fault == FrameFault::none);
  return headers;
}

Bytes reset_of(const Bytes& frame) {
  std::array<std::uint8_t, largest_reply> out{};
  const std::size_t length = write_tcp_reset(frame, headers_of(frame), own_mac, out);
  return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(length)};
}

Bytes unreachable_of(const Bytes& frame) {
  std::array<std::uint8_t, largest_reply> out{};
  const std::size_t length = write_unreachable(frame, headers_of(frame), own_mac, out);
  return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(length)};
}

Bytes tagged(Bytes frame) {
  const Bytes tags = from_hex("88a8006481000007");
  frame.insert(frame.begin() + 12, tags.begin(), tags.end());
  return frame;
}

// 5 bytes of data.
const Bytes syn = from_hex(
    "020000000001 0200000000fe 0800 4500002d0001000040068e85 c6336407 c000020a"
    "9c400051000003e80000000050022000bf4c0000 68656c6c6f");
const Bytes syn_refused = from_hex(
    "0200000000fe 020000000001 0800 450000280000400040064e8b c000020a c6336407"
    "00519c4000000000000003ee50140000230c0000");

}  // namespace

TEST_CASE("an ARP request is turned into its answer", "[net]") {
  Bytes frame = from_hex(
      "ffffffffffff 0200000000fe 0806 0001080006040001 0200000000fe c000024d 000000000000 "
      "c000020a");
  make_arp_reply(frame, headers_of(frame), own_mac);
  CHECK(frame == from_hex("0200000000fe 020000000001 0806 0001080006040002 020000000001 c000020a"
                          "0200000000fe c000024d"));
}

TEST_CASE("an echo request is turned into its reply", "[net]") {
  Bytes frame = from_hex(
      "020000000001 0200000000fe 0800 4500001f0063000039019536 c6336407 c000020a"
      "0800216212340007 616263");
  make_echo_reply(frame, headers_of(frame), own_mac);
  CHECK(frame ==
        from_hex("0200000000fe 020000000001 0800 4500001f0063000040018e36 c000020a c6336407"
                 "0000296212340007 616263"));
}

TEST_CASE("the reply to an echo of zeros has no checksum of 0", "[net]") {
  Bytes frame = from_hex(
      "020000000001 0200000000fe 0800 4500001c0063000039019539 c6336407 c000020a 0800f7ff00000000");
  make_echo_reply(frame, headers_of(frame), own_mac);
  CHECK(Bytes(frame.begin() + 34, frame.end()) == from_hex("0000ffff00000000"));
}

TEST_CASE("a segment is refused by a reset", "[net]") {
  CHECK(reset_of(syn) == syn_refused);
  CHECK(reset_of(tagged(syn)) == tagged(syn_refused));
  Bytes padded = syn;
  padded.resize(60, 0xaa);
  CHECK(reset_of(padded) == syn_refused);
}

TEST_CASE("a reset is not answered by a reset", "[net]") {
  Bytes frame = syn;
  header_at<TcpHeader>(std::span(frame), 34).flags = TcpHeader::rst | TcpHeader::ack;
  CHECK(reset_of(frame).empty());
}

TEST_CASE("a datagram is refused as unreachable", "[net]") {
  Bytes udp = from_hex(
      "020000000001 0200000000fe 0800 450000260001000040118e81 c6336407 c000020a"
      "138800350012fabd 30313233343536373839");
  const Bytes refused = from_hex(
      "0200000000fe 020000000001 0800 450000380000400040014e80 c000020a c6336407"
      "0303ee6f00000000 450000260001000040118e81 c6336407 c000020a 138800350012fabd");
  CHECK(unreachable_of(udp) == refused);
  CHECK(unreachable_of(tagged(udp)) == tagged(refused));
}

TEST_CASE("the longest reply fits", "[net]") {
  // Two tags, 40 bytes of IP options, 8 bytes of UDP.
  Bytes frame =
      tagged(from_hex("020000000001 0200000000fe 0800 4f000044 00000000 4011f170"
                      "00000000 00000000"));
  frame.resize(frame.size() + 40, 1);
  auto& ip = header_at<Ipv4Header>(std::span(frame), 22);
  ip.source = 0xc6336407;
  ip.destination = 0xc000020a;
  const Bytes udp = from_hex("1388003500080000");
  frame.insert(frame.end(), udp.begin(), udp.end());
  FrameHeaders headers = parse_frame(frame, static_cast<std::uint32_t>(frame.size()));
  headers.fault = FrameFault::none;  // of the checksum, which does not matter here
  headers.transport_offset = static_cast<std::uint16_t>(frame.size() - 8);
  std::array<std::uint8_t, largest_reply> out{};
  CHECK(write_unreachable(frame, headers, own_mac, out) == 22 + 20 + 8 + 60 + 8);
}

}  // namespace drover
