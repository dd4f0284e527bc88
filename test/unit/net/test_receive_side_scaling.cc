// SPDX-License-Identifier: BSD-3-Clause
// The hashes are Microsoft's "Verifying the RSS Hash Calculation".
#include "lib/net/receive_side_scaling.h"

#include "lib/net/wire.h"
#include "test/unit/catch.h"

namespace drover {
namespace {

using Hashes = ReceiveSideScaling::Hashes;

ReceiveSideScaling card(Hashes input) {
  ReceiveSideScaling card{
      .tcp_v4 = input,
      .udp_v4 = input,
      .tcp_v6 = input,
      .udp_v6 = input,
      .key = {0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
              0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
              0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa},
      .table = {}};
  // The low 16 bits of the hash.
  for (std::uint32_t i = 0; i < 65'536; ++i) card.table.push_back(static_cast<std::uint16_t>(i));
  return card;
}

struct Sample {
  const char* source;
  std::uint16_t source_port;
  const char* destination;
  std::uint16_t destination_port;
  std::uint32_t with_ports;
  std::uint32_t without;
};

constexpr Sample samples[] = {
    {"66.9.149.187", 2794, "161.142.100.80", 1766, 0x51ccc178, 0x323e8fc2},
    {"199.92.111.2", 14230, "65.69.140.83", 4739, 0xc626b0ea, 0xd718262a},
    {"24.19.198.95", 12898, "12.22.207.184", 38024, 0x5c2b394a, 0xd2d0a5de},
    {"3ffe:2501:200:1fff::7", 2794, "3ffe:2501:200:3::1", 1766, 0x40207d3d, 0x2cc18cd5},
    {"3ffe:501:8::260:97ff:fe40:efab", 14230, "ff02::1", 4739, 0xdde51bbf, 0x0f0c461c},
};

}  // namespace

TEST_CASE("the queue is the one that a network card chooses") {
  for (const Sample& sample : samples) {
    INFO(sample.source);
    for (const std::uint8_t protocol : {ip_protocol::tcp, ip_protocol::udp})
      for (const auto input : {Hashes::addresses, Hashes::addresses_and_ports})
        CHECK(card(input).queue_of(protocol, *IpAddress::parse(sample.source),
                                   *IpAddress::parse(sample.destination), sample.source_port,
                                   sample.destination_port) ==
              ((input == Hashes::addresses ? sample.without : sample.with_ports) & 0xffff));
  }
}

TEST_CASE("without a table, a whole key or a hash no queue is known") {
  auto some = card(Hashes::addresses_and_ports);
  const IpAddress address = *IpAddress::parse("192.0.2.1");
  some.table = {};
  CHECK(!some.queue_of(ip_protocol::tcp, address, address, 1, 2));
  some.table = {0};
  CHECK(some.queue_of(ip_protocol::tcp, address, address, 1, 2) == 0);
  some.tcp_v4 = Hashes::nothing;
  CHECK(!some.queue_of(ip_protocol::tcp, address, address, 1, 2));
  CHECK(some.queue_of(ip_protocol::udp, address, address, 1, 2) == 0);
  some = card(Hashes::addresses_and_ports);
  some.key.resize(39);
  CHECK(!some.queue_of(ip_protocol::tcp, address, address, 1, 2));
}

}  // namespace drover
