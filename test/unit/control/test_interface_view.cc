// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/interface_view.h"
#include "test/unit/catch.h"

namespace drover::control {
namespace {

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

InterfaceView with(std::initializer_list<const char*> addresses) {
  InterfaceView view;
  for (const char* address : addresses) view.addresses.push_back(*IpInterface::parse(address));
  return view;
}

TEST_CASE("the sender is the own address in the server's network") {
  const auto view = with({"198.51.100.1/24", "192.0.2.11/24", "2001:db8::11/64", "fe80::11/64"});
  REQUIRE(choose_sender(view, ip("192.0.2.21"), {}) == ip("192.0.2.11"));
  REQUIRE(choose_sender(view, ip("2001:db8::21"), {}) == ip("2001:db8::11"));
  REQUIRE(choose_sender(view, ip("fe80::21"), {}) == ip("fe80::11"));
}

TEST_CASE("without one in the network it is a link-local one, else any") {
  const auto view = with({"198.51.100.1/32", "2001:db8:1::11/64", "fe80::11/64"});
  REQUIRE(choose_sender(view, ip("192.0.2.21"), {}) == ip("198.51.100.1"));
  REQUIRE(choose_sender(view, ip("2001:db8::21"), {}) == ip("fe80::11"));
}

TEST_CASE("it is never a VIP, and there may be none") {
  const auto view = with({"192.0.2.10/24", "192.0.2.11/24"});
  REQUIRE(choose_sender(view, ip("192.0.2.21"), {ip("192.0.2.10")}) == ip("192.0.2.11"));
  REQUIRE_FALSE(choose_sender(view, ip("192.0.2.21"), {ip("192.0.2.10"), ip("192.0.2.11")}));
  REQUIRE_FALSE(choose_sender(view, ip("2001:db8::21"), {}));
}

TEST_CASE("an interface that is not there has no index") {
  const auto views = view_interfaces({"lo", "nosuch0"});
  REQUIRE(views.size() == 2);
  REQUIRE(views.at("lo").index == 1);
  REQUIRE(views.at("nosuch0").index == 0);
}

}  // namespace
}  // namespace drover::control
