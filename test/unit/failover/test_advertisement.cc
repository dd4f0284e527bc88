// SPDX-License-Identifier: BSD-3-Clause
#include "lib/failover/advertisement.h"

#include "test/unit/catch.h"
#include "test/unit/drivers/hex.h"

namespace drover::failover {
namespace {

using test::from_hex;
using Bytes = std::vector<std::uint8_t>;
using std::chrono::microseconds;
using std::chrono::milliseconds;

const VrrpEndpoints v4{*IpAddress::parse("192.0.2.1"), *IpAddress::parse("224.0.0.18")};
const VrrpEndpoints v6{*IpAddress::parse("fe80::1"), *IpAddress::parse("ff02::12")};

// What keepalived 2.2.7 sent: router 51, priority 100 or 0, every second, 192.0.2.100.
Advertisement recorded(VrrpVersion version, std::uint8_t priority) {
  return {.version = version,
          .router = 51,
          .priority = priority,
          .interval = milliseconds(1000),
          .addresses = {*IpAddress::parse("192.0.2.100")}};
}

Bytes v6_message() {
  return encode(
      {.version = VrrpVersion::v3,
       .router = 7,
       .priority = 200,
       .interval = milliseconds(100),
       .addresses = {*IpAddress::parse("2001:db8::10"), *IpAddress::parse("2001:db8::11")}},
      v6, ChecksumRule::rfc9568);
}

AdvertisementFault fault_of(const Bytes& message, const VrrpEndpoints& endpoints = v4) {
  const auto parsed = parse_advertisement(message, endpoints);
  REQUIRE(!parsed);
  return parsed.error();
}

// Sets a byte and mends a version 2 checksum, so that only the field itself is at fault.
Bytes with_byte(std::size_t at, std::uint8_t value) {
  Bytes message = from_hex("213364010001b865c00002640000000000000000");
  const int delta = value - message[at];
  message[at] = value;
  std::uint32_t sum = static_cast<std::uint16_t>(~(message[6] << 8 | message[7]));
  sum += static_cast<std::uint32_t>((at % 2 == 0 ? delta * 256 : delta) + 0xffff);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  sum = ~sum & 0xffff;
  message[6] = static_cast<std::uint8_t>(sum >> 8);
  message[7] = static_cast<std::uint8_t>(sum);
  return message;
}

TEST_CASE("an advertisement has the bytes that keepalived sends") {
  const auto rule = ChecksumRule::rfc5798;
  CHECK(encode(recorded(VrrpVersion::v2, 100), v4, rule) ==
        from_hex("213364010001b865c00002640000000000000000"));
  CHECK(encode(recorded(VrrpVersion::v2, 0), v4, rule) ==
        from_hex("2133000100011c66c00002640000000000000000"));
  CHECK(encode(recorded(VrrpVersion::v3, 100), v4, rule) == from_hex("3133640100640572c0000264"));
  CHECK(encode(recorded(VrrpVersion::v3, 0), v4, rule) == from_hex("3133000100646972c0000264"));
}

TEST_CASE("by RFC 9568 the checksum of version 3 over IPv4 covers the message alone") {
  CHECK(encode(recorded(VrrpVersion::v3, 100), v4, ChecksumRule::rfc9568) ==
        from_hex("313364010064a802c0000264"));
  CHECK(encode(recorded(VrrpVersion::v3, 0), v4, ChecksumRule::rfc9568) ==
        from_hex("3133000100640c03c0000264"));
}

TEST_CASE("either checksum is accepted, and which one it was is told") {
  for (const auto rule : {ChecksumRule::rfc5798, ChecksumRule::rfc9568}) {
    const auto parsed = parse_advertisement(encode(recorded(VrrpVersion::v3, 100), v4, rule), v4);
    REQUIRE(parsed);
    CHECK(parsed->advertisement == recorded(VrrpVersion::v3, 100));
    CHECK(parsed->rule == rule);
  }
  const auto v2 =
      parse_advertisement(encode(recorded(VrrpVersion::v2, 100), v4, ChecksumRule::rfc5798), v4);
  REQUIRE(v2);
  CHECK(v2->advertisement == recorded(VrrpVersion::v2, 100));
  CHECK(!v2->rule);
}

TEST_CASE("an IPv6 advertisement comes back as it went") {
  const auto parsed = parse_advertisement(v6_message(), v6);
  REQUIRE(parsed);
  CHECK(parsed->advertisement.router == 7);
  CHECK(parsed->advertisement.priority == 200);
  CHECK(parsed->advertisement.interval == milliseconds(100));
  REQUIRE(parsed->advertisement.addresses.size() == 2);
  CHECK(parsed->advertisement.addresses[1] == *IpAddress::parse("2001:db8::11"));
  CHECK(!parsed->rule);
}

TEST_CASE("an IPv6 advertisement's checksum covers its addresses") {
  CHECK(fault_of(v6_message(), {*IpAddress::parse("fe80::2"), v6.destination}) ==
        AdvertisementFault::bad_checksum);
}

TEST_CASE("padding behind an advertisement is passed over") {
  Bytes padded = from_hex("3133640100640572c0000264");
  padded.resize(26);
  CHECK(parse_advertisement(padded, v4));
}

TEST_CASE("every cut of an advertisement is truncated") {
  for (const Bytes& whole :
       {from_hex("213364010001b865c00002640000000000000000"), from_hex("3133640100640572c0000264")})
    for (std::size_t length = 0; length < whole.size(); ++length)
      CHECK(fault_of({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)}) ==
            AdvertisementFault::truncated);
  const Bytes whole = v6_message();
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK(fault_of({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)}, v6) ==
          AdvertisementFault::truncated);
}

TEST_CASE("each flipped bit is noticed") {
  const Bytes whole = from_hex("3133640100640572c0000264");
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Bytes damaged = whole;
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1U << bit % 8));
    CHECK(!parse_advertisement(damaged, v4));
  }
}

TEST_CASE("each field of an advertisement is judged") {
  using Fault = AdvertisementFault;
  CHECK(parse_advertisement(with_byte(2, 90), v4));  // the helper mends the checksum
  CHECK(fault_of(with_byte(0, 0x11)) == Fault::bad_version);
  CHECK(fault_of(with_byte(0, 0x41)) == Fault::bad_version);
  CHECK(fault_of(with_byte(0, 0x22)) == Fault::bad_type);
  CHECK(fault_of(with_byte(1, 0)) == Fault::bad_router);
  CHECK(fault_of(with_byte(3, 0)) == Fault::no_addresses);
  CHECK(fault_of(with_byte(4, 1)) == Fault::authenticated);
  CHECK(fault_of(with_byte(5, 0)) == Fault::zero_interval);
  CHECK(fault_of(from_hex("213364010001b865c00002640000000000000000"), v6) == Fault::bad_version);
}

TEST_CASE("an interval is rounded to what the version can say") {
  const auto said = [](VrrpVersion version, microseconds interval) {
    Advertisement advertisement = recorded(version, 100);
    advertisement.interval = interval;
    return parse_advertisement(encode(advertisement, v4, ChecksumRule::rfc9568), v4)
        ->advertisement.interval;
  };
  CHECK(said(VrrpVersion::v3, milliseconds(10)) == milliseconds(10));
  CHECK(said(VrrpVersion::v3, milliseconds(14)) == milliseconds(10));
  CHECK(said(VrrpVersion::v3, milliseconds(15)) == milliseconds(20));
  CHECK(said(VrrpVersion::v3, milliseconds(1)) == milliseconds(10));
  CHECK(said(VrrpVersion::v3, milliseconds(90'000)) == milliseconds(40'950));
  CHECK(said(VrrpVersion::v2, milliseconds(400)) == milliseconds(1'000));
  CHECK(said(VrrpVersion::v2, milliseconds(3'000)) == milliseconds(3'000));
  CHECK(said(VrrpVersion::v2, milliseconds(900'000)) == milliseconds(255'000));
}

}  // namespace
}  // namespace drover::failover
