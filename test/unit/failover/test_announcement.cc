// SPDX-License-Identifier: BSD-3-Clause
#include "lib/failover/announcement.h"

#include "test/unit/catch.h"
#include "test/unit/drivers/hex.h"

namespace drover::failover {
namespace {

using namespace std::chrono_literals;
using test::from_hex;
using TimePoint = AnnouncementSchedule::TimePoint;

constexpr TimePoint start{1'000s};

TEST_CASE("a gratuitous ARP has the bytes that keepalived sends for a virtual MAC address") {
  CHECK(write_announcement(*IpAddress::parse("192.0.2.100"),
                           *MacAddress::parse("00:00:5e:00:01:33")) ==
        from_hex("ffffffffffff00005e0001330806000108000604000100005e000133c0000264"
                 "ffffffffffffc0000264"));
}

TEST_CASE("an unsolicited neighbour advertisement overrides, and its checksum is right") {
  // Written by scapy: Ether/IPv6(src=VIP, dst="ff02::1")/ICMPv6ND_NA(R=0, S=0, O=1)/
  // ICMPv6NDOptDstLLAddr.
  CHECK(write_announcement(*IpAddress::parse("2001:db8::10"),
                           *MacAddress::parse("02:00:00:00:00:0b")) ==
        from_hex("33330000000102000000000b86dd6000000000203aff20010db8000000000000000000000010"
                 "ff020000000000000000000000000001"
                 "8800f9022000000020010db8000000000000000000000010020102000000000b"));
}

TEST_CASE("announcements come in a burst and once more after a pause") {
  AnnouncementSchedule schedule({.burst = 5, .again = 5s, .refresh = 0s});
  CHECK(!schedule.deadline());
  CHECK(schedule.due(start) == 0);
  schedule.start(start);
  CHECK(schedule.deadline() == start);
  CHECK(schedule.due(start) == 5);
  CHECK(schedule.due(start) == 0);
  CHECK(schedule.deadline() == start + 5s);
  CHECK(schedule.due(start + 4999ms) == 0);
  CHECK(schedule.due(start + 5s) == 5);
  CHECK(!schedule.deadline());
}

TEST_CASE("signs of a second master repeat the burst once a second at most") {
  AnnouncementSchedule schedule({.burst = 3, .again = 0s, .refresh = 0s});
  schedule.start(start);
  CHECK(schedule.due(start) == 3);
  unsigned sent = 0;
  for (auto at = start; at < start + 10s; at += 10ms) {
    schedule.start(at);
    sent += schedule.due(at);
  }
  CHECK(sent == 9 * 3);
}

TEST_CASE("a refresh goes on as long as it is master") {
  AnnouncementSchedule schedule({.burst = 5, .again = 5s, .refresh = 60s});
  schedule.start(start);
  CHECK(schedule.due(start) == 5);
  CHECK(schedule.due(start + 5s) == 5);
  CHECK(schedule.deadline() == start + 60s);
  CHECK(schedule.due(start + 60s) == 1);
  CHECK(schedule.due(start + 120s) == 1);
  schedule.stop();
  CHECK(!schedule.deadline());
  CHECK(schedule.due(start + 180s) == 0);
}

}  // namespace
}  // namespace drover::failover
