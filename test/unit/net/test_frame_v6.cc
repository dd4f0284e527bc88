// SPDX-License-Identifier: BSD-3-Clause
// The frames are scapy's.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "lib/net/extension_headers.h"
#include "lib/net/fragment.h"
#include "lib/net/frame.h"
#include "lib/net/header_at.h"
#include "test/unit/catch.h"
#include "test/unit/drivers/hex.h"

namespace drover {
namespace {

using test::from_hex;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t network = 14;
constexpr std::size_t behind_ip = network + sizeof(Ipv6Header);

// From 2001:db8:f::7 to 2001:db8::10; `length` is what follows the IPv6 header.
Bytes frame(std::uint8_t length, std::uint8_t next_header, std::string_view rest) {
  Bytes bytes = from_hex(
      "020000000001 0200000000fe 86dd 60000000 0000 00 40 20010db8000f00000000000000000007"
      "20010db8000000000000000000000010");
  bytes[network + 5] = length;
  bytes[network + 6] = next_header;
  const Bytes more = from_hex(rest);
  bytes.insert(bytes.end(), more.begin(), more.end());
  return bytes;
}

Bytes tagged(Bytes bytes) {
  const Bytes tags = from_hex("88a8006481000007");
  bytes.insert(bytes.begin() + 12, tags.begin(), tags.end());
  return bytes;
}

// A right frame, and where its headers end.
struct Sample {
  const char* name;
  Bytes bytes;
  std::size_t network;
  std::size_t transport;
  std::size_t headers_end;
  std::uint8_t protocol;
};

const Bytes tcp = frame(25, 6, "9c400050000003e800000000500220004ffb0000 68656c6c6f");
const Bytes udp = frame(18, 17, "1388003500128b6b 30313233343536373839");
const Bytes echo = frame(11, 58, "80004d8412340007 616263");
// Hop-by-hop options, 16 bytes of destination options, a routing header, TCP.
const Bytes chain = frame(68, 0,
                          "3c00010400000000 2b01010c000000000000000000000000"
                          "0602000000000000 20010db8000000000000000000000010"
                          "9c400050000003e8000000005002200093d20000");
const Bytes atomic = frame(24, 44, "1100000000000005 138800350010c3a8 3031323334353637");
const Bytes authenticated = frame(36, 51,
                                  "1104000000000001000000020a0b0c0d0e0f101112131415"
                                  "1388003500080000 00000000");

const std::vector<Sample> samples = {
    {"TCP", tcp, 14, 54, 74, 6},
    {"TCP, two tags", tagged(tcp), 22, 62, 82, 6},
    {"UDP", udp, 14, 54, 62, 17},
    {"echo", echo, 14, 54, 62, 58},
    {"TCP behind a chain", chain, 14, 102, 122, 6},
    {"UDP behind a chain, two tags", tagged(atomic), 22, 70, 78, 17},
    {"UDP behind an authentication header", authenticated, 14, 78, 86, 17},
};

// In memory of exactly their length, so that a sanitizer sees who reads beyond.
FrameHeaders parse(std::span<const std::uint8_t> bytes, std::size_t frame_length) {
  const Bytes copy(bytes.begin(), bytes.end());
  return parse_frame(copy, static_cast<std::uint32_t>(frame_length));
}
FrameHeaders parse(const Bytes& bytes) {
  return parse(bytes, bytes.size());
}

// `count` headers of destination options in front of a UDP header.
Bytes with_options(unsigned count) {
  std::string rest;
  for (unsigned i = 0; i < count; ++i)
    rest += (i + 1 < count ? "3c" : "11") + std::string("00010400000000");
  return frame(static_cast<std::uint8_t>(count * 8 + 8), 60, rest + "1388003500080000");
}

}  // namespace

TEST_CASE("a whole IPv6 frame is found to be right", "[net]") {
  for (const Sample& sample : samples) {
    INFO(sample.name);
    const FrameHeaders headers = parse(sample.bytes);
    CHECK(headers.kind == FrameKind::ipv6);
    CHECK(headers.fault == FrameFault::none);
    CHECK(headers.network_offset == sample.network);
    CHECK(headers.transport_offset == sample.transport);
    CHECK(headers.protocol == sample.protocol);
    CHECK_FALSE(headers.is_fragment());
  }
}

TEST_CASE("what follows an IPv6 datagram is padding", "[net]") {
  Bytes padded = echo;
  padded.resize(90, 0xaa);
  CHECK(parse(padded).end == echo.size());
  CHECK(parse(padded).fault == FrameFault::none);
}

TEST_CASE("an IPv6 frame that was cut anywhere is at fault", "[net]") {
  for (const Sample& sample : samples)
    for (std::size_t length = 0; length < sample.bytes.size(); ++length) {
      INFO(sample.name << " cut to " << length);
      const bool has_ip_header = length >= sample.network + sizeof(Ipv6Header);
      CHECK(parse(std::span(sample.bytes).first(length), length).fault ==
            (has_ip_header ? FrameFault::bad_ip_length : FrameFault::truncated));
    }
}

TEST_CASE("IPv6 headers that go on in the next segment are not read", "[net]") {
  for (const Sample& sample : samples)
    for (std::size_t length = 0; length <= sample.bytes.size(); ++length) {
      INFO(sample.name << " with a first segment of " << length);
      CHECK(parse(std::span(sample.bytes).first(length), sample.bytes.size()).fault ==
            (length < sample.headers_end ? FrameFault::truncated : FrameFault::none));
    }
}

TEST_CASE("an IPv6 datagram too short for its headers is at fault", "[net]") {
  for (const Sample& sample : samples) {
    const std::size_t headers = sample.headers_end - sample.network - sizeof(Ipv6Header);
    for (std::size_t length = 0; length < headers; ++length) {
      INFO(sample.name << " with a payload length of " << length);
      Bytes bytes = sample.bytes;
      bytes[sample.network + 5] = static_cast<std::uint8_t>(length);
      const std::size_t extensions = sample.transport - sample.network - sizeof(Ipv6Header);
      CHECK(parse(bytes).fault ==
            (length < extensions ? FrameFault::bad_extension_header : FrameFault::truncated));
    }
  }
}

TEST_CASE("another version is no IPv6", "[net]") {
  Bytes bytes = tcp;
  bytes[network] = 0x40;
  CHECK(parse(bytes).fault == FrameFault::bad_ip_version);
}

TEST_CASE("the extension headers of a datagram are bounded and in order", "[net]") {
  CHECK(parse(with_options(most_extension_headers)).fault == FrameFault::none);
  CHECK(parse(with_options(most_extension_headers)).protocol == ip_protocol::udp);
  CHECK(parse(with_options(most_extension_headers + 1)).fault == FrameFault::bad_extension_header);
  // Options for every hop behind others.
  CHECK(parse(frame(24, 60, "0000010400000000 1100010400000000 1388003500080000")).fault ==
        FrameFault::bad_extension_header);
  // Two fragment headers.
  CHECK(parse(frame(24, 44, "2c00000000000001 1100000000000001 1388003500080000")).fault ==
        FrameFault::bad_extension_header);
  // Options that are longer than the datagram.
  CHECK(parse(frame(16, 60, "1101010400000000 1388003500080000")).fault == FrameFault::truncated);
  CHECK(parse(frame(16, 60, "1102010400000000 1388003500080000")).fault ==
        FrameFault::bad_extension_header);
}

TEST_CASE("what is no extension header ends the chain", "[net]") {
  for (const std::uint8_t protocol : std::initializer_list<std::uint8_t>{50, 59, 132, 135, 255}) {
    const FrameHeaders headers = parse(frame(8, protocol, "1122334455667788"));
    CHECK(headers.fault == FrameFault::none);
    CHECK(headers.protocol == protocol);
    CHECK(headers.transport_offset == behind_ip);
  }
}

TEST_CASE("IPv6 fragments are told, and a later one has no transport", "[net]") {
  const Bytes first = frame(24, 44, "1100000101020304 1388003500640001 3031323334353637");
  const FrameHeaders of_first = parse(first);
  CHECK(of_first.fault == FrameFault::none);
  CHECK(of_first.is_fragment());
  CHECK(of_first.transport_offset == 62);
  CHECK(of_first.protocol == ip_protocol::udp);
  const Fragment begin = fragment_of(first, of_first);
  CHECK(begin.identification == 0x01020304);
  CHECK(begin.offset == 0);
  CHECK_FALSE(begin.last);
  CHECK(begin.length == 16);

  const Bytes later =
      frame(32, 0, "2c00010400000000 1100002001020304 30313233343536373839616263646566");
  const FrameHeaders of_later = parse(later);
  CHECK(of_later.fault == FrameFault::none);
  CHECK(of_later.is_fragment());
  CHECK(of_later.transport_offset == 0);
  CHECK(of_later.protocol == ip_protocol::udp);
  const Fragment end = fragment_of(later, of_later);
  CHECK(end.offset == 32);
  CHECK(end.last);
  CHECK(end.length == 16);
}

TEST_CASE("an IPv4 fragment's place is read", "[net]") {
  const Bytes bytes = from_hex(
      "020000000001 0200000000fe 0800 45000024 1234 2004 4011 0000 c6336407 c000020a"
      "30313233343536373839616263646566");
  FrameHeaders headers{.kind = FrameKind::ipv4, .fragment_header = 14};
  headers.end = static_cast<std::uint32_t>(bytes.size());
  const Fragment fragment = fragment_of(bytes, headers);
  CHECK(fragment.identification == 0x1234);
  CHECK(fragment.offset == 32);
  CHECK_FALSE(fragment.last);
  CHECK(fragment.length == 16);
}

TEST_CASE("whatever the bytes, what is found lies inside the IPv6 frame", "[net]") {
  std::mt19937 random(1);
  for (int round = 0; round < 200'000; ++round) {
    const Sample& sample = samples[random() % samples.size()];
    Bytes bytes = sample.bytes;
    for (auto changes = random() % 4; changes > 0; --changes)
      bytes[sample.network + random() % (bytes.size() - sample.network)] =
          static_cast<std::uint8_t>(random());
    const std::size_t seen = random() % (bytes.size() + 1);
    const FrameHeaders headers = parse(std::span(bytes).first(seen), bytes.size());
    if (headers.kind == FrameKind::ipv6) REQUIRE(sample.network + sizeof(Ipv6Header) <= seen);
    if (headers.fault != FrameFault::none || headers.kind != FrameKind::ipv6) continue;
    REQUIRE(headers.end <= bytes.size());
    if (headers.is_fragment())
      REQUIRE(headers.fragment_header + sizeof(Ipv6FragmentHeader) <= seen);
    if (headers.transport_offset == 0) continue;
    REQUIRE(headers.transport_offset <= headers.end);
    const bool has_ports =
        headers.protocol == ip_protocol::tcp || headers.protocol == ip_protocol::udp;
    if (has_ports) REQUIRE(headers.transport_offset + sizeof(UdpHeader) <= seen);
  }
}

TEST_CASE("IPv6 sources that no host may have", "[net]") {
  const auto is_martian = [](const char* address) {
    return is_martian_source(*Ipv6Address::parse(address));
  };
  for (const char* martian : {"::", "::1", "ff02::1", "ff00::", "::ffff:192.0.2.1"})
    CHECK(is_martian(martian));
  for (const char* ordinary :
       {"::2", "::1:0", "64:ff9b::c000:201", "fe80::1", "fc00::1", "2001:db8::1", "1::1"})
    CHECK_FALSE(is_martian(ordinary));
}

}  // namespace drover
