// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/probe_schedule.h"
#include "test/unit/catch.h"

namespace drover::control {
namespace {

using std::chrono::milliseconds;
using Heard = ProbeSchedule::Heard;
using Probe = ProbeSchedule::Probe;
using Probes = std::vector<Probe>;

const ProbeSchedule::Time start{std::chrono::hours(1)};
const IpAddress server = *IpAddress::parse("192.0.2.21");
const IpAddress other = *IpAddress::parse("2001:db8::22");
const MacAddress old_mac = *MacAddress::parse("02:00:00:00:00:21");
const MacAddress new_mac = *MacAddress::parse("02:00:00:00:00:99");

ProbeSchedule one_server() {
  ProbeSchedule schedule;
  schedule.replace({server}, start);
  return schedule;
}

TEST_CASE("a server that answers is asked at its own address each second") {
  auto schedule = one_server();
  for (int second = 0; second < 20; ++second) {
    const auto now = start + milliseconds(1000 * second);
    REQUIRE(schedule.next() == now);
    REQUIRE(schedule.due(now - milliseconds(1)).empty());
    REQUIRE(schedule.due(now) == Probes{{server, false}});
    REQUIRE_FALSE(schedule.believe(server, old_mac, old_mac, Heard::answer));
  }
}

TEST_CASE("everybody is asked after one second of silence and the new answer is believed") {
  auto schedule = one_server();
  REQUIRE(schedule.due(start) == Probes{{server, false}});
  REQUIRE(schedule.due(start + milliseconds(1000)) == Probes{{server, true}});
  REQUIRE(schedule.believe(server, new_mac, old_mac, Heard::answer));
  REQUIRE(schedule.due(start + milliseconds(2000)) == Probes{{server, false}});
}

TEST_CASE("a lost broadcast is repeated") {
  auto schedule = one_server();
  schedule.due(start);
  schedule.due(start + milliseconds(1000));
  REQUIRE(schedule.due(start + milliseconds(2000)) == Probes{{server, true}});
  REQUIRE(schedule.believe(server, new_mac, old_mac, Heard::answer));
}

TEST_CASE("of two machines that answer for an address the known one stays") {
  auto schedule = one_server();
  schedule.due(start);
  SECTION("while it was not doubted") {
    REQUIRE_FALSE(schedule.believe(server, new_mac, old_mac, Heard::answer));
    REQUIRE_FALSE(schedule.believe(server, old_mac, old_mac, Heard::answer));
    REQUIRE(schedule.due(start + milliseconds(1000)) == Probes{{server, false}});
  }
  SECTION("when it answers the broadcast first") {
    schedule.due(start + milliseconds(1000));
    REQUIRE_FALSE(schedule.believe(server, old_mac, old_mac, Heard::answer));
    REQUIRE_FALSE(schedule.believe(server, new_mac, old_mac, Heard::answer));
  }
  SECTION("and of two new ones the first, before the table has the change") {
    schedule.due(start + milliseconds(1000));
    const auto third = *MacAddress::parse("02:00:00:00:00:77");
    REQUIRE(schedule.believe(server, new_mac, old_mac, Heard::answer));
    REQUIRE_FALSE(schedule.believe(server, third, old_mac, Heard::answer));
  }
}

TEST_CASE("an answer of another machine does not count as the known one's") {
  auto schedule = one_server();
  schedule.due(start);
  REQUIRE_FALSE(schedule.believe(server, new_mac, old_mac, Heard::answer));
  REQUIRE(schedule.due(start + milliseconds(1000)) == Probes{{server, true}});
}

TEST_CASE("an announcement is believed at once") {
  auto schedule = one_server();
  schedule.due(start);
  REQUIRE(schedule.believe(server, new_mac, old_mac, Heard::announcement));
  REQUIRE(schedule.due(start + milliseconds(1000)) == Probes{{server, false}});
}

TEST_CASE("whatever is heard first of an unknown server is believed") {
  auto schedule = one_server();
  REQUIRE(schedule.believe(server, new_mac, std::nullopt, Heard::answer));
}

TEST_CASE("what is heard of a stranger is not") {
  auto schedule = one_server();
  REQUIRE_FALSE(schedule.believe(other, new_mac, std::nullopt, Heard::announcement));
}

TEST_CASE("a server that is silent for long is asked every other second") {
  auto schedule = one_server();
  auto now = start;
  std::vector<milliseconds> gaps;
  for (int round = 0; round < 13; ++round) {
    REQUIRE(schedule.due(now).size() == 1);
    gaps.push_back(std::chrono::duration_cast<milliseconds>(*schedule.next() - now));
    now = *schedule.next();
  }
  REQUIRE(gaps[9] == milliseconds(1000));
  REQUIRE(gaps[10] == milliseconds(2000));
  REQUIRE(gaps[12] == milliseconds(2000));
  schedule.believe(server, old_mac, old_mac, Heard::answer);
  REQUIRE(schedule.due(now) == Probes{{server, false}});
  REQUIRE(*schedule.next() - now == milliseconds(1000));
}

TEST_CASE("many servers are spread over the second") {
  std::set<IpAddress> servers;
  for (std::uint32_t i = 0; i < 100; ++i) servers.insert(Ipv4Address(0xc0000200 + i));
  ProbeSchedule schedule;
  schedule.replace(servers, start);
  for (int turn = 0; turn < 300; ++turn)
    REQUIRE(schedule.due(start + milliseconds(10 * turn)).size() == 1);
}

TEST_CASE("missed turns are not made up for and keep their place in the second") {
  auto schedule = one_server();
  schedule.due(start);
  REQUIRE(schedule.due(start + milliseconds(5300)).size() == 1);
  REQUIRE(schedule.next() == start + milliseconds(6000));
}

TEST_CASE("a new set keeps the turns and the doubts of those that stay") {
  auto schedule = one_server();
  schedule.due(start);
  schedule.due(start + milliseconds(1000));
  schedule.replace({server, other}, start + milliseconds(1500));
  REQUIRE(schedule.due(start + milliseconds(2000)) == Probes{{server, true}, {other, false}});
  schedule.replace({other}, start + milliseconds(2100));
  REQUIRE_FALSE(schedule.contains(server));
  REQUIRE(schedule.due(start + milliseconds(3000)) == Probes{{other, true}});
  schedule.replace({}, start + milliseconds(3000));
  REQUIRE_FALSE(schedule.next());
}

}  // namespace
}  // namespace drover::control
