// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/address.h"
#include "test/unit/catch.h"

namespace drover {

TEST_CASE("addresses are parsed and printed", "[net]") {
  CHECK(to_string(*IpAddress::parse("192.0.2.10")) == "192.0.2.10");
  CHECK(to_string(*IpAddress::parse("2001:db8::10")) == "2001:db8::10");
  CHECK(to_string(*IpAddress::parse("2001:db8::10"), 80) == "[2001:db8::10]:80");
  CHECK(to_string(*MacAddress::parse("02:00:00:00:0a:FF")) == "02:00:00:00:0a:ff");
  for (const char* bad : {"", "192.0.2", "192.0.2.256", "192.0.2.10 ", "2001:db8::10::", "x"})
    CHECK_FALSE(IpAddress::parse(bad));
  for (const char* bad : {"", "02:00:00:00:0a", "02:00:00:00:0a:f", "02:00:00:00:0a:fg", "02-00"})
    CHECK_FALSE(MacAddress::parse(bad));
}

TEST_CASE("a prefix contains what shares its leading bits", "[net]") {
  const auto network = *IpInterface::parse("192.0.2.130/25");
  CHECK(network.contains(*IpAddress::parse("192.0.2.255")));
  CHECK_FALSE(network.contains(*IpAddress::parse("192.0.2.127")));
  CHECK_FALSE(network.contains(*IpAddress::parse("2001:db8::1")));
  CHECK(IpInterface::parse("2001:db8::1/64")->contains(*IpAddress::parse("2001:db8::ffff")));
  CHECK(IpInterface::parse("192.0.2.1/0")->contains(*IpAddress::parse("8.8.8.8")));
  CHECK_FALSE(IpInterface::parse("192.0.2.1")->contains(*IpAddress::parse("192.0.2.2")));
  for (const char* bad : {"192.0.2.1/33", "192.0.2.1/", "192.0.2.1/x", "/24", "2001:db8::1/129"})
    CHECK_FALSE(IpInterface::parse(bad));
}

TEST_CASE("an IPv4 address is mapped to IPv6 and back", "[net]") {
  const IpAddress v4 = *IpAddress::parse("192.0.2.10");
  CHECK(v4.mapped() == *Ipv6Address::parse("::ffff:192.0.2.10"));
  CHECK(IpAddress::unmapped(v4.mapped()) == v4);
  for (const char* text : {"2001:db8::10", "::", "::fffe:192.0.2.10", "::1:ffff:192.0.2.10"}) {
    const IpAddress v6 = *IpAddress::parse(text);
    CHECK(v6.mapped() == v6.v6());
    CHECK(IpAddress::unmapped(v6.v6()) == v6);
  }
}

TEST_CASE("the solicited-node group holds the last 24 bits", "[net]") {
  CHECK(to_string(Ipv6Address::parse("2001:db8::12:3456")->solicited_node()) ==
        "ff02::1:ff12:3456");
}

}  // namespace drover
