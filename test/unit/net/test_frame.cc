// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/frame.h"

#include <algorithm>
#include <random>
#include <vector>

#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "test/unit/catch.h"
#include "test/unit/drivers/hex.h"

namespace drover {
namespace {

using test::from_hex;
using Bytes = std::vector<std::uint8_t>;

// A right frame, and where its headers end.
struct Sample {
  const char* name;
  Bytes bytes;
  std::size_t network;
  std::size_t transport;  // 0: none
  std::size_t headers_end;
};

Bytes tagged(Bytes frame, std::string_view tags) {
  const Bytes tag = from_hex(tags);
  frame.insert(frame.begin() + 12, tag.begin(), tag.end());
  return frame;
}

const Bytes arp = from_hex(
    "ffffffffffff 0200000000fe 0806 0001080006040001 0200000000fe c000024d 000000000000 c000020a");
const Bytes tcp = from_hex(
    "020000000001 0200000000fe 0800 4500002d0001000040068e85 c6336407 c000020a"
    "9c400051000003e80000000050022000bf4c0000 68656c6c6f");
// 8 bytes of IP options, 4 of TCP options.
const Bytes tcp_with_options = from_hex(
    "020000000001 0200000000fe 0800 47000034000100004006887a c6336407 c000020a 0101010101010101"
    "9c400051000000000000000060022000ef4f0000 020405b4");
const Bytes udp = from_hex(
    "020000000001 0200000000fe 0800 450000260001000040118e81 c6336407 c000020a"
    "138800350012fabd 30313233343536373839");
const Bytes echo = from_hex(
    "020000000001 0200000000fe 0800 4500001f0063000039019536 c6336407 c000020a"
    "0800216212340007 616263");

const std::vector<Sample> samples = {
    {"ARP", arp, 14, 0, 42},
    {"tagged ARP", tagged(arp, "81000007"), 18, 0, 46},
    {"TCP", tcp, 14, 34, 54},
    {"TCP, options", tcp_with_options, 14, 42, 66},
    {"TCP, options, two tags", tagged(tcp_with_options, "88a8006481000007"), 22, 50, 74},
    {"UDP", udp, 14, 34, 42},
    {"echo", echo, 14, 34, 42},
    {"tagged echo", tagged(echo, "81006000"), 18, 38, 46},
};

// In memory of exactly their length, so that a sanitizer sees who reads beyond.
FrameHeaders parse(std::span<const std::uint8_t> bytes, std::size_t frame_length) {
  const Bytes copy(bytes.begin(), bytes.end());
  const auto length = static_cast<std::uint32_t>(frame_length);
  const FrameHeaders headers = parse_frame(copy, length);
  // What the short way takes it must find as the long one does.
  if (FrameHeaders plain; parse_plain_frame(copy, length, plain)) REQUIRE(plain == headers);
  return headers;
}

bool is_ip(const Sample& sample) {
  return sample.transport != 0;
}

// TCP options are not looked at.
std::size_t needed(const Sample& sample) {
  return is_ip(sample) ? std::min(sample.headers_end, sample.transport + sizeof(TcpHeader))
                       : sample.headers_end;
}

// As if the sender had put a shorter datagram into the frame.
Bytes with_ip_length(const Sample& sample, std::size_t length) {
  Bytes frame = sample.bytes;
  auto& ip = header_at<Ipv4Header>(std::span(frame), sample.network);
  ip.total_length = static_cast<std::uint16_t>(length);
  ip.checksum = 0;
  ip.checksum = ipv4_header_checksum(ip);
  return frame;
}

}  // namespace

TEST_CASE("a whole frame is found to be right", "[net]") {
  for (const Sample& sample : samples) {
    INFO(sample.name);
    const FrameHeaders headers = parse(sample.bytes, sample.bytes.size());
    CHECK(headers.fault == FrameFault::none);
    CHECK(headers.network_offset == sample.network);
    CHECK(headers.transport_offset == sample.transport);
    CHECK(headers.kind == (is_ip(sample) ? FrameKind::ipv4 : FrameKind::arp));
    if (is_ip(sample)) CHECK(headers.end == sample.bytes.size());
    CHECK_FALSE(headers.is_fragment());
  }
}

TEST_CASE("a frame that was cut anywhere is at fault", "[net]") {
  for (const Sample& sample : samples)
    for (std::size_t length = 0; length < sample.bytes.size(); ++length) {
      INFO(sample.name << " cut to " << length);
      const auto cut = std::span(sample.bytes).first(length);
      const bool has_ip_header = is_ip(sample) && length >= sample.network + sizeof(Ipv4Header);
      CHECK(parse(cut, length).fault ==
            (has_ip_header ? FrameFault::bad_ip_length : FrameFault::truncated));
    }
}

TEST_CASE("headers that go on in the next segment are not read", "[net]") {
  for (const Sample& sample : samples)
    for (std::size_t length = 0; length <= sample.bytes.size(); ++length) {
      INFO(sample.name << " with a first segment of " << length);
      const auto first = std::span(sample.bytes).first(length);
      CHECK(parse(first, sample.bytes.size()).fault ==
            (length < needed(sample) ? FrameFault::truncated : FrameFault::none));
    }
}

TEST_CASE("a datagram too short for its headers is at fault, whatever padding follows", "[net]") {
  for (const Sample& sample : samples) {
    if (!is_ip(sample)) continue;
    const std::size_t ip_header = sample.transport - sample.network;
    const std::size_t headers = sample.headers_end - sample.network;
    for (std::size_t length = 0; length < headers; ++length) {
      INFO(sample.name << " with an IP length of " << length);
      const Bytes frame = with_ip_length(sample, length);
      const FrameFault fault = parse(frame, frame.size()).fault;
      if (length < ip_header)
        CHECK(fault == FrameFault::bad_ip_header_length);
      else if (length < ip_header + (headers - ip_header >= 20 ? 20 : 8))
        CHECK(fault == FrameFault::truncated);
      else
        CHECK(fault == FrameFault::bad_transport_header);
    }
  }
}

TEST_CASE("fragments are told by offset and flag, and a later one has no transport", "[net]") {
  const auto with_fragment_field = [](std::uint16_t value) {
    Bytes frame = tcp;
    auto& ip = header_at<Ipv4Header>(std::span(frame), 14);
    ip.fragment = value;
    ip.checksum = 0;
    ip.checksum = ipv4_header_checksum(ip);
    return parse(frame, frame.size());
  };
  CHECK_FALSE(with_fragment_field(Ipv4Header::dont_fragment).is_fragment());
  CHECK_FALSE(with_fragment_field(0x8000).is_fragment());
  CHECK(with_fragment_field(Ipv4Header::more_fragments).is_fragment());
  CHECK(with_fragment_field(Ipv4Header::more_fragments).transport_offset == 34);
  for (const std::uint16_t offset :
       {std::uint16_t{1}, std::uint16_t{0x100}, std::uint16_t{0x1fff}}) {
    CHECK(with_fragment_field(offset).is_fragment());
    CHECK(with_fragment_field(offset).transport_offset == 0);
  }
}

TEST_CASE("a first fragment holds the transport's header", "[net]") {
  for (const Sample& sample : samples) {
    if (!is_ip(sample)) continue;
    const std::size_t ip_header = sample.transport - sample.network;
    const std::size_t header = sample.headers_end - sample.transport;
    for (std::size_t length = 0; length <= header; ++length) {
      INFO(sample.name << " with a first fragment of " << length);
      Bytes frame = with_ip_length(sample, ip_header + length);
      auto& ip = header_at<Ipv4Header>(std::span(frame), sample.network);
      ip.fragment = Ipv4Header::more_fragments;
      ip.checksum = 0;
      ip.checksum = ipv4_header_checksum(ip);
      CHECK(parse(frame, frame.size()).fault ==
            (length < header ? FrameFault::fragment_tiny : FrameFault::none));
    }
  }
}

TEST_CASE("the end of the longest datagram is found behind the longest headers", "[net]") {
  Bytes frame = with_ip_length({"", tagged(tcp, "88a8006481000007"), 22, 42, 62}, 65'535);
  frame.resize(22 + 65'535);
  const FrameHeaders headers = parse(frame, frame.size());
  CHECK(headers.fault == FrameFault::none);
  CHECK(headers.end == frame.size());
}

TEST_CASE("whatever the bytes, what is found lies inside the frame", "[net]") {
  std::mt19937 random(1);
  for (int round = 0; round < 200'000; ++round) {
    const Sample& sample = samples[random() % samples.size()];
    Bytes frame = sample.bytes;
    for (auto changes = random() % 4; changes > 0; --changes)
      frame[random() % frame.size()] = static_cast<std::uint8_t>(random());
    if (is_ip(sample) && random() % 4 != 0) {  // else nothing gets past the checksum
      auto& ip = header_at<Ipv4Header>(std::span(frame), sample.network);
      ip.checksum = 0;
      if (sample.network + ip.header_length() <= frame.size())
        ip.checksum = ipv4_header_checksum(ip);
    }
    const std::size_t seen = random() % (frame.size() + 1);
    const FrameHeaders headers = parse(std::span(frame).first(seen), frame.size());
    if (headers.fault != FrameFault::none || headers.kind != FrameKind::ipv4) continue;
    REQUIRE(headers.end <= frame.size());
    REQUIRE(headers.network_offset + sizeof(Ipv4Header) <= seen);
    if (headers.transport_offset == 0) continue;
    REQUIRE(headers.transport_offset <= headers.end);
    const bool has_ports =
        headers.protocol == ip_protocol::tcp || headers.protocol == ip_protocol::udp;
    if (has_ports) REQUIRE(headers.transport_offset + sizeof(UdpHeader) <= seen);
  }
}

TEST_CASE("the short way takes plain TCP and nothing else", "[net]") {
  const auto is_taken = [](const Bytes& frame) {
    FrameHeaders headers;
    return parse_plain_frame(frame, static_cast<std::uint32_t>(frame.size()), headers);
  };
  for (const Sample& sample : samples) {
    INFO(sample.name);
    CHECK(is_taken(sample.bytes) == (sample.bytes == tcp));
  }
}

TEST_CASE("sources that no host may have", "[net]") {
  const auto is_martian = [](const char* address) {
    return is_martian_source(*Ipv4Address::parse(address));
  };
  for (const char* martian :
       {"0.0.0.0", "0.255.255.255", "127.0.0.1", "224.0.0.0", "255.255.255.255"})
    CHECK(is_martian(martian));
  for (const char* ordinary : {"1.0.0.0", "126.255.255.255", "128.0.0.0", "223.255.255.255"})
    CHECK_FALSE(is_martian(ordinary));
}

}  // namespace drover
