// SPDX-License-Identifier: BSD-3-Clause
#include <cstring>
#include <vector>

#include "lib/net/quoted_packet.h"
#include "lib/net/wire.h"
#include "test/unit/catch.h"
#include "test/unit/drivers/hex.h"

namespace drover {
namespace {

// An IPv4 header of `words` words and `behind` bytes of what follows, ports 80 and 40000.
std::vector<std::uint8_t> packet(std::uint8_t words, std::size_t behind,
                                 std::uint8_t protocol = ip_protocol::tcp) {
  Ipv4Header ip{};
  ip.version_and_length = static_cast<std::uint8_t>(0x40 | words);
  ip.protocol = protocol;
  ip.source = Be32(0xc000020a);
  ip.destination = Be32(0xc6336407);
  std::vector<std::uint8_t> bytes(std::size_t{words} * 4 + 8);
  std::memcpy(bytes.data(), &ip, sizeof ip);
  const std::uint8_t ports[] = {0, 80, 0x9c, 0x40};
  std::memcpy(bytes.data() + std::size_t{words} * 4, ports, sizeof ports);
  bytes.resize(std::size_t{words} * 4 + behind);
  return bytes;
}

// From 2001:db8::10 to 2001:db8:f::7; `headers` end with the one before the ports 80 and 40000.
std::vector<std::uint8_t> packet_v6(std::uint8_t next_header, std::string_view headers) {
  auto bytes = test::from_hex(
      "6000000000100040 20010db8000000000000000000000010 20010db8000f00000000000000000007");
  bytes[6] = next_header;
  for (const std::uint8_t byte : test::from_hex(headers)) bytes.push_back(byte);
  for (const std::uint8_t byte : std::initializer_list<std::uint8_t>{0, 80, 0x9c, 0x40})
    bytes.push_back(byte);
  return bytes;
}

constexpr std::string_view options = "1100010400000000";
constexpr std::string_view first_fragment = "0600000100000001";
constexpr std::string_view later_fragment = "0600000900000001";

}  // namespace

TEST_CASE("a quoted packet tells its flow with 8 bytes behind its header", "[net]") {
  for (const std::uint8_t words : std::initializer_list<std::uint8_t>{5, 6, 15})
    for (const std::uint8_t protocol : {ip_protocol::tcp, ip_protocol::udp}) {
      const auto quoted = read_quoted_ipv4(packet(words, 8, protocol));
      REQUIRE(quoted);
      CHECK(quoted->source == *Ipv4Address::parse("192.0.2.10"));
      CHECK(quoted->destination == *Ipv4Address::parse("198.51.100.7"));
      CHECK(quoted->protocol == protocol);
      CHECK(quoted->source_port == 80);
      CHECK(quoted->destination_port == 40000);
    }
  CHECK(read_quoted_ipv4(packet(5, 4)));
}

TEST_CASE("what a quotation lacks is not read", "[net]") {
  CHECK_FALSE(read_quoted_ipv4({}));
  const auto whole = packet(15, 8);
  for (std::size_t length = 0; length < 64; ++length) {
    const std::vector<std::uint8_t> cut(whole.begin(),
                                        whole.begin() + static_cast<std::ptrdiff_t>(length));
    CHECK_FALSE(read_quoted_ipv4(cut));
  }
  CHECK_FALSE(read_quoted_ipv4(packet(4, 8)));
  CHECK_FALSE(read_quoted_ipv4(packet(5, 8, ip_protocol::icmp)));
}

TEST_CASE("a quoted fragment tells its flow if it is the first", "[net]") {
  auto bytes = packet(5, 8);
  bytes[6] = 0x20;
  CHECK(read_quoted_ipv4(bytes));
  bytes[7] = 1;
  CHECK_FALSE(read_quoted_ipv4(bytes));
}

TEST_CASE("a quoted packet of another IP version is passed over", "[net]") {
  auto bytes = packet(5, 8);
  bytes[0] = 0x65;
  CHECK_FALSE(read_quoted_ipv4(bytes));
}

TEST_CASE("a quoted IPv6 packet tells its flow, extension headers or not", "[net]") {
  struct Sample {
    std::uint8_t next_header;
    std::string_view headers;
    std::uint8_t protocol;
  };
  for (const auto& [next_header, headers, protocol] :
       {Sample{ip_protocol::tcp, "", ip_protocol::tcp},
        Sample{ip_protocol::destination_options, options, ip_protocol::udp},
        Sample{ip_protocol::fragment, first_fragment, ip_protocol::tcp}}) {
    const auto whole = packet_v6(next_header, headers);
    const auto quoted = read_quoted_ipv6(whole);
    REQUIRE(quoted);
    CHECK(quoted->source == *Ipv6Address::parse("2001:db8::10"));
    CHECK(quoted->destination == *Ipv6Address::parse("2001:db8:f::7"));
    CHECK(quoted->protocol == protocol);
    CHECK(quoted->source_port == 80);
    CHECK(quoted->destination_port == 40000);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const std::vector<std::uint8_t> cut(whole.begin(),
                                          whole.begin() + static_cast<std::ptrdiff_t>(length));
      CHECK_FALSE(read_quoted_ipv6(cut));
    }
  }
  CHECK_FALSE(read_quoted_ipv6(packet_v6(ip_protocol::fragment, later_fragment)));
  CHECK_FALSE(read_quoted_ipv6(packet_v6(ip_protocol::icmpv6, "")));
  CHECK_FALSE(read_quoted_ipv6(packet(5, 8)));
  CHECK_FALSE(read_quoted_ipv4(packet_v6(ip_protocol::tcp, "")));
}

TEST_CASE("which ICMPv6 messages are errors about a packet", "[net]") {
  for (const std::uint8_t error : std::initializer_list<std::uint8_t>{1, 2, 3, 4})
    CHECK(is_icmpv6_error(error));
  for (const std::uint8_t other :
       std::initializer_list<std::uint8_t>{0, 5, 127, 128, 129, 135, 255})
    CHECK_FALSE(is_icmpv6_error(other));
}

}  // namespace drover
