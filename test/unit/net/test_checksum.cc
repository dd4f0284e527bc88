// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/checksum.h"

#include <random>
#include <vector>

#include "lib/net/header_at.h"
#include "test/unit/catch.h"
#include "test/unit/drivers/hex.h"

namespace drover {
namespace {

using test::from_hex;

// RFC 1071 by the letter: 16-bit words in network order, the carry added at once.
std::uint16_t simple_checksum(std::span<const std::uint8_t> bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += i % 2 == 0 ? bytes[i] * 256U : bytes[i];
    if (sum > 0xffff) sum -= 0xffff;
  }
  return static_cast<std::uint16_t>(~sum & 0xffff);
}

std::uint16_t checksum(std::span<const std::uint8_t> bytes) {
  ChecksumSum sum;
  sum.add(bytes);
  return sum.finish().value();
}

}  // namespace

TEST_CASE("the checksum is that of a second implementation", "[net]") {
  std::mt19937 random(1);
  for (std::size_t length = 0; length <= 130; ++length)
    for (std::size_t offset = 0; offset < 4; ++offset) {
      std::vector<std::uint8_t> bytes(offset + length);
      for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
      const auto part = std::span(bytes).subspan(offset);
      INFO(length << " bytes from " << offset);
      REQUIRE(checksum(part) == simple_checksum(part));
    }
}

TEST_CASE("carries are not lost, whatever their number", "[net]") {
  for (const std::size_t length : {2U, 3U, 1500U, 65'535U, 1U << 20}) {
    const std::vector<std::uint8_t> ones(length, 0xff);
    CHECK(checksum(ones) == simple_checksum(ones));
    const std::vector<std::uint8_t> zeros(length, 0);
    CHECK(checksum(zeros) == 0xffff);
  }
}

TEST_CASE("parts of even length may be added one by one", "[net]") {
  const auto bytes = from_hex("0001f203f4f5f6f7 0102030405");
  CHECK(checksum(std::span(bytes).first(8)) == 0x220d);  // the example of RFC 1071, 3
  ChecksumSum sum;
  for (std::size_t i = 0; i < 8; i += 2) sum.add(std::span(bytes).subspan(i, 2));
  sum.add(std::span(bytes).subspan(8));
  CHECK(sum.finish().value() == simple_checksum(bytes));
}

TEST_CASE("a header with its right checksum sums up to 0", "[net]") {
  auto bytes = from_hex("45000073000040004011b861c0a80001c0a800c7");
  auto& ip = header_at<Ipv4Header>(std::span(bytes), 0);
  CHECK(ipv4_header_checksum(ip).value() == 0);
  ip.checksum = 0;
  CHECK(ipv4_header_checksum(ip).value() == 0xb861);
  ip.time_to_live = 63;
  CHECK(ipv4_header_checksum(ip).value() == 0xb961);
}

TEST_CASE("pseudo headers come before the transport header", "[net]") {
  const Ipv4Address client(0xc6336407);
  const Ipv4Address vip(0xc000020a);
  const auto segment = from_hex("9c400051000003e80000000050022000bf4c0000 68656c6c6f");
  ChecksumSum v4;
  v4.add_pseudo_header(client.wire(), vip.wire(), ip_protocol::tcp,
                       static_cast<std::uint16_t>(segment.size()));
  v4.add(segment);
  CHECK(v4.finish().value() == 0);

  const auto source = *Ipv6Address::parse("2001:db8::7");
  const auto destination = *Ipv6Address::parse("2001:db8:ffff::10");
  auto whole = from_hex(
      "20010db8000000000000000000000007 20010db8ffff00000000000000000010 00010000 00000006");
  ChecksumSum v6;
  v6.add_pseudo_header(source, destination, ip_protocol::tcp, 0x10000);
  v6.add(segment);
  whole.insert(whole.end(), segment.begin(), segment.end());
  CHECK(v6.finish().value() == simple_checksum(whole));
}

}  // namespace drover
