// SPDX-License-Identifier: BSD-3-Clause
// Frames and answers are scapy's.
#include "lib/net/reply_v6.h"

#include <array>
#include <vector>

#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "lib/net/neighbour_discovery.h"
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

template <class Write>
Bytes written(const Bytes& frame, Write write) {
  std::array<std::uint8_t, largest_reply_v6> out{};
  const std::size_t length = write(frame, headers_of(frame), own_mac, out);
  return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(length)};
}

Bytes echo_reply_of(Bytes frame) {
  const std::size_t begin = make_echo_reply_v6(frame, headers_of(frame), own_mac);
  return {frame.begin() + static_cast<std::ptrdiff_t>(begin), frame.end()};
}

bool is_valid(const Bytes& frame) {
  const FrameHeaders headers = headers_of(frame);
  REQUIRE(solicited_target(frame, headers) != nullptr);
  return is_valid_solicitation(frame, headers);
}

Bytes tagged(Bytes frame) {
  const Bytes tags = from_hex("88a8006481000007");
  frame.insert(frame.begin() + 12, tags.begin(), tags.end());
  return frame;
}

const std::string to_vip =
    "020000000001 0200000000fe 86dd 6000000000LL NN 40 20010db8000f00000000000000000007"
    "20010db8000000000000000000000010";
const std::string from_vip =
    "0200000000fe 020000000001 86dd 6000000000LL NN 40 20010db8000000000000000000000010"
    "20010db8000f00000000000000000007";

Bytes frame(std::string ip, const char* length, const char* next_header, std::string_view rest) {
  ip.replace(ip.find("LL"), 2, length);
  ip.replace(ip.find("NN"), 2, next_header);
  return from_hex(ip + std::string(rest));
}

const Bytes solicitation = from_hex(
    "3333ff000010 0200000000fe 86dd 6000000000203aff 20010db8000000000000000000000077"
    "ff0200000000000000000001ff000010 87001a9800000000 20010db8000000000000000000000010"
    "01010200000000fe");
const Bytes probe = from_hex(
    "3333ff000010 0200000000fe 86dd 6000000000183aff 00000000000000000000000000000000"
    "ff0200000000000000000001ff000010 87004ccf00000000 20010db8000000000000000000000010");
const Bytes echo = frame(to_vip, "0b", "3a", "80004d8412340007 616263");
const Bytes echo_reply = frame(from_vip, "0b", "3a", "81004c8412340007 616263");
const Bytes syn = frame(to_vip, "19", "06", "9c400050000003e800000000500220004ffb0000 68656c6c6f");
const Bytes reset = frame(from_vip, "14", "06", "00509c4000000000000003ee50140000b3ba0000");
const Bytes udp = frame(to_vip, "12", "11", "1388003500128b6b 30313233343536373839");

// With the checksum made right again.
Bytes changed(Bytes bytes, std::size_t at, std::uint8_t value) {
  bytes[at] = value;
  auto& icmp = header_at<IcmpHeader>(std::span(bytes), 54);
  icmp.checksum = 0;
  icmp.checksum = icmpv6_checksum(header_at<Ipv6Header>(std::span(bytes), 14),
                                  std::span<const std::uint8_t>(bytes).subspan(54));
  return bytes;
}

}  // namespace

TEST_CASE("a solicitation is answered by an advertisement", "[net]") {
  const Bytes answer = from_hex(
      "0200000000fe 020000000001 86dd 6000000000203aff 20010db8000000000000000000000010"
      "20010db8000000000000000000000077 880089e060000000 20010db8000000000000000000000010"
      "0201020000000001");
  REQUIRE(is_valid(solicitation));
  CHECK(written(solicitation, write_advertisement) == answer);
  CHECK(written(tagged(solicitation), write_advertisement) == tagged(answer));
}

TEST_CASE("duplicate address detection is answered to all nodes", "[net]") {
  REQUIRE(is_valid(probe));
  CHECK(written(probe, write_advertisement) ==
        from_hex("333300000001 020000000001 86dd 6000000000203aff 20010db8000000000000000000000010"
                 "ff020000000000000000000000000001 8800f90c20000000"
                 "20010db8000000000000000000000010 0201020000000001"));
}

TEST_CASE("a solicitation that a router passed on, or that is damaged, is not valid", "[net]") {
  CHECK(is_valid(changed(solicitation, 14 + 7, 255)));
  CHECK_FALSE(is_valid(changed(solicitation, 14 + 7, 254)));
  CHECK_FALSE(is_valid(changed(solicitation, 54 + 1, 1)));     // the code
  CHECK_FALSE(is_valid(changed(solicitation, 54 + 8, 0xff)));  // a group for a target
  CHECK_FALSE(is_valid(changed(solicitation, 54 + 25, 0)));    // an option without a length
  CHECK_FALSE(is_valid(changed(solicitation, 54 + 25, 2)));    // one longer than the message
  Bytes damaged = solicitation;
  damaged[54 + 20] ^= 1;
  CHECK_FALSE(is_valid(damaged));
}

TEST_CASE("duplicate address detection has no source MAC address and goes to the group", "[net]") {
  Bytes with_option = solicitation;
  std::fill_n(with_option.begin() + 14 + 8, 16, std::uint8_t{0});
  CHECK_FALSE(is_valid(changed(with_option, 14 + 7, 255)));
  CHECK_FALSE(is_valid(changed(probe, 14 + 39, 0x11)));
}

TEST_CASE("a short solicitation has no target, nor has another message", "[net]") {
  Bytes short_one = solicitation;
  short_one[14 + 5] = 23;
  CHECK(solicited_target(short_one, headers_of(short_one)) == nullptr);
  CHECK(solicited_target(echo, headers_of(echo)) == nullptr);
  CHECK(solicited_target(udp, headers_of(udp)) == nullptr);
  REQUIRE(solicited_target(solicitation, headers_of(solicitation)) != nullptr);
  CHECK(*solicited_target(solicitation, headers_of(solicitation)) ==
        *Ipv6Address::parse("2001:db8::10"));
}

TEST_CASE("an ICMPv6 echo request is turned into its reply", "[net]") {
  CHECK(echo_reply_of(echo) == echo_reply);
  CHECK(echo_reply_of(tagged(echo)) == tagged(echo_reply));
}

TEST_CASE("the extension headers of an echo request are not repeated", "[net]") {
  const Bytes request = frame(to_vip, "13", "3c", "3a00010400000000 80004d8412340007 616263");
  CHECK(echo_reply_of(request) == echo_reply);
  CHECK(echo_reply_of(tagged(request)) == tagged(echo_reply));
}

TEST_CASE("a damaged ICMPv6 echo request gives a damaged reply, whatever its checksum", "[net]") {
  for (unsigned value = 0; value <= 0xffff; ++value) {
    Bytes request = echo;
    // Data that makes this checksum right.
    header_at<Be16>(std::span(request), 58) = static_cast<std::uint16_t>(value);
    Bytes checked = changed(request, 54 + 8, 0);
    const Bytes reply = echo_reply_of(checked);
    const auto& ip = header_at<Ipv6Header>(std::span(reply), 14);
    REQUIRE(icmpv6_checksum(ip, std::span(reply).subspan(54)) == Be16(0));
  }
  Bytes damaged = echo;
  damaged.back() ^= 1;
  const Bytes reply = echo_reply_of(damaged);
  CHECK(icmpv6_checksum(header_at<Ipv6Header>(std::span(reply), 14),
                        std::span(reply).subspan(54)) != Be16(0));
}

TEST_CASE("an IPv6 segment is refused by a reset", "[net]") {
  CHECK(written(syn, write_tcp_reset_v6) == reset);
  CHECK(written(tagged(syn), write_tcp_reset_v6) == tagged(reset));
  Bytes with_flag = syn;
  header_at<TcpHeader>(std::span(with_flag), 54).flags = TcpHeader::rst;
  CHECK(written(with_flag, write_tcp_reset_v6).empty());
}

TEST_CASE("an IPv6 datagram is refused as unreachable and quoted", "[net]") {
  const Bytes refused = frame(from_vip, "42", "3a",
                              "010431b800000000 6000000000121140 20010db8000f00000000000000000007"
                              "20010db8000000000000000000000010 1388003500128b6b"
                              "30313233343536373839");
  CHECK(written(udp, write_unreachable_v6) == refused);
  CHECK(written(tagged(udp), write_unreachable_v6) == tagged(refused));
}

TEST_CASE("a transport that nobody takes is a parameter problem", "[net]") {
  const Bytes other = frame(to_vip, "10", "00", "8400010400000000 3132333435363738");
  CHECK(written(other, write_unreachable_v6) ==
        frame(from_vip, "40", "3a",
              "04018e0200000028 6000000000100040 20010db8000f00000000000000000007"
              "20010db8000000000000000000000010 8400010400000000 3132333435363738"));
}

TEST_CASE("an ICMPv6 error is no longer than the least MTU", "[net]") {
  Bytes large = udp;
  large.resize(54 + 8 + 1400, 'x');
  header_at<Be16>(std::span(large), 18) = std::uint16_t{1408};
  header_at<UdpHeader>(std::span(large), 54).length = std::uint16_t{1408};
  const Bytes answer = written(tagged(large), write_unreachable_v6);
  REQUIRE(answer.size() == 22 + 1280);
  CHECK(header_at<Ipv6Header>(std::span(answer), 22).payload_length == Be16(1240));
  CHECK(icmpv6_checksum(header_at<Ipv6Header>(std::span(answer), 22),
                        std::span(answer).subspan(62)) == Be16(0));
}

}  // namespace drover
