// SPDX-License-Identifier: BSD-3-Clause
#include <cstring>
#include <vector>

#include "lib/net/quoted_packet.h"
#include "lib/net/wire.h"
#include "test/unit/catch.h"

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

}  // namespace

TEST_CASE("a quoted packet tells its flow with 8 bytes behind its header", "[net]") {
  for (const std::uint8_t words : std::initializer_list<std::uint8_t>{5, 6, 15})
    for (const std::uint8_t protocol : {ip_protocol::tcp, ip_protocol::udp}) {
      const auto quoted = read_quoted_packet(packet(words, 8, protocol));
      REQUIRE(quoted);
      CHECK(quoted->source == *Ipv4Address::parse("192.0.2.10"));
      CHECK(quoted->destination == *Ipv4Address::parse("198.51.100.7"));
      CHECK(quoted->protocol == protocol);
      CHECK(quoted->source_port == 80);
      CHECK(quoted->destination_port == 40000);
    }
  CHECK(read_quoted_packet(packet(5, 4)));
}

TEST_CASE("what a quotation lacks is not read", "[net]") {
  CHECK_FALSE(read_quoted_packet({}));
  const auto whole = packet(15, 8);
  for (std::size_t length = 0; length < 64; ++length) {
    const std::vector<std::uint8_t> cut(whole.begin(),
                                        whole.begin() + static_cast<std::ptrdiff_t>(length));
    CHECK_FALSE(read_quoted_packet(cut));
  }
  CHECK_FALSE(read_quoted_packet(packet(4, 8)));
  CHECK_FALSE(read_quoted_packet(packet(5, 8, ip_protocol::icmp)));
}

TEST_CASE("a quoted fragment tells its flow if it is the first", "[net]") {
  auto bytes = packet(5, 8);
  bytes[6] = 0x20;
  CHECK(read_quoted_packet(bytes));
  bytes[7] = 1;
  CHECK_FALSE(read_quoted_packet(bytes));
}

TEST_CASE("a quoted packet of another IP version is passed over", "[net]") {
  auto bytes = packet(5, 8);
  bytes[0] = 0x65;
  CHECK_FALSE(read_quoted_packet(bytes));
}

}  // namespace drover
