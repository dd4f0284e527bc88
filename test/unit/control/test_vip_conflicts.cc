// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/vip_conflicts.h"

#include "test/unit/catch.h"

namespace drover::control {
namespace {

using namespace std::chrono_literals;

const IpAddress vip = *IpAddress::parse("192.0.2.10");
const IpAddress vip6 = *IpAddress::parse("2001:db8::10");
const MacAddress first = *MacAddress::parse("02:00:00:00:00:16");
const MacAddress second = *MacAddress::parse("02:00:00:00:00:17");
const MacAddress balancer = *MacAddress::parse("02:00:00:00:00:01");
constexpr VipConflicts::TimePoint start{1h};

TEST_CASE("a claim is told once, for each machine and VIP") {
  VipConflicts conflicts;
  CHECK(conflicts.heard(vip, first, start));
  CHECK(!conflicts.heard(vip, first, start + 1s));
  CHECK(conflicts.heard(vip, second, start + 1s));
  CHECK(conflicts.heard(vip6, first, start + 1s));
  CHECK(!conflicts.heard(vip6, first, start + 59min));
  CHECK(conflicts.frames() == 5);
  CHECK(conflicts.claims().at({vip, first}).frames == 2);
  CHECK(conflicts.claims().at({vip, first}).last == start + 1s);
}

TEST_CASE("after an hour's silence it is told again") {
  VipConflicts conflicts;
  CHECK(conflicts.heard(vip, first, start));
  CHECK(!conflicts.heard(vip, first, start + 59min));
  CHECK(!conflicts.heard(vip, first, start + 118min));
  CHECK(conflicts.heard(vip, first, start + 178min));
}

TEST_CASE("a balancer may claim a VIP") {
  VipConflicts conflicts;
  conflicts.allow({balancer});
  CHECK(!conflicts.heard(vip, balancer, start));
  CHECK(conflicts.frames() == 0);
  CHECK(conflicts.claims().empty());
  CHECK(conflicts.heard(vip, first, start));
}

TEST_CASE("made-up addresses fill no memory; who was silent for longest is forgotten") {
  VipConflicts conflicts;
  conflicts.heard(vip, first, start);
  for (unsigned i = 0; i < 5'000; ++i) {
    const auto low = static_cast<std::uint8_t>(i & 0xff);
    const auto high = static_cast<std::uint8_t>(i >> 8);
    conflicts.heard(vip, MacAddress({0x02, 0x11, 0, 0, high, low}), start + 1s + i * 1ms);
    if (i % 100 == 0) conflicts.heard(vip, second, start + 1s + i * 1ms);
  }
  CHECK(conflicts.claims().size() == 1'024);
  CHECK(conflicts.claims().contains({vip, second}));
  CHECK(!conflicts.claims().contains({vip, first}));
  CHECK(conflicts.frames() == 5'051);
}

}  // namespace
}  // namespace drover::control
