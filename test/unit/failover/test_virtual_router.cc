// SPDX-License-Identifier: BSD-3-Clause
// The tables of RFC 9568, 6.4.1 to 6.4.3, line by line, and where drover departs from them.
#include "lib/failover/virtual_router.h"

#include "test/unit/catch.h"

namespace drover::failover {
namespace {

using namespace std::chrono_literals;
using TimePoint = VirtualRouter::TimePoint;
using std::chrono::microseconds;

constexpr TimePoint t0{1'000s};
const IpAddress lower = *IpAddress::parse("192.0.2.1");
const IpAddress own = *IpAddress::parse("192.0.2.2");
const IpAddress higher = *IpAddress::parse("192.0.2.3");

VirtualRouterSettings settings(std::uint8_t priority = 100, bool preempts = true) {
  return {.version = VrrpVersion::v3,
          .priority = priority,
          .interval = 1s,
          .preempts = preempts,
          .preempt_delay = 0s,
          .address = own};
}

Advertisement from(std::uint8_t priority, microseconds interval = 1s) {
  return {.version = VrrpVersion::v3,
          .router = 51,
          .priority = priority,
          .interval = interval,
          .addresses = {}};
}

VirtualRouter backup(VirtualRouterSettings its = settings()) {
  VirtualRouter router(its);
  router.start(t0);
  REQUIRE(router.role() == Role::backup);
  return router;
}

// Master at the moment that is returned with it, having just advertised.
std::pair<VirtualRouter, TimePoint> master(VirtualRouterSettings its = settings()) {
  VirtualRouter router = backup(its);
  const TimePoint now = *router.deadline();
  REQUIRE(router.tick(now, true).changed);
  REQUIRE(router.role() == Role::master);
  return {router, now};
}

TEST_CASE("initialise: the owner is master at once, advertises and announces") {
  VirtualRouter router(settings(255));
  const auto actions = router.start(t0);
  CHECK(router.role() == Role::master);
  CHECK(router.cause() == Cause::owner);
  CHECK(actions.advertise == 255);
  CHECK(actions.announce);
  CHECK(actions.changed);
  CHECK(router.deadline() == t0 + 1s);
}

TEST_CASE("initialise: any other is backup and waits for Active_Down_Interval") {
  const VirtualRouter router = backup();
  CHECK(router.deadline() == t0 + 3s + 609'375us);
}

TEST_CASE("the skew is counted in microseconds, so that short intervals keep an order") {
  VirtualRouterSettings fast = settings(254);
  fast.interval = 10ms;
  VirtualRouter first = backup(fast);
  fast.priority = 253;
  VirtualRouter second = backup(fast);
  CHECK(first.skew() == 78us);
  CHECK(second.skew() == 117us);
  CHECK(first.master_down_interval() == 30'078us);
  fast.priority = 100;
  fast.interval = 100ms;
  CHECK(backup(fast).master_down_interval() == 360'937us);
}

TEST_CASE("version 2 counts its skew with a second") {
  VirtualRouterSettings old = settings(100);
  old.version = VrrpVersion::v2;
  old.interval = 3s;
  const VirtualRouter router = backup(old);
  CHECK(router.skew() == 609'375us);
  CHECK(router.master_down_interval() == 9'609'375us);
}

TEST_CASE("backup: shutdown says nothing") {
  VirtualRouter router = backup();
  const auto actions = router.stop(t0 + 1s);
  CHECK(!actions.advertise);
  CHECK(router.role() == Role::stopped);
  CHECK(!router.deadline());
}

TEST_CASE("backup: when Active_Down_Timer fires it is master, advertises and announces") {
  VirtualRouter router = backup();
  const TimePoint down = *router.deadline();
  CHECK(!router.tick(down - 1us, true).changed);
  const auto actions = router.tick(down, true);
  CHECK(router.role() == Role::master);
  CHECK(router.cause() == Cause::silence);
  CHECK(actions.advertise == 100);
  CHECK(actions.announce);
  CHECK(router.deadline() == down + 1s);
}

TEST_CASE("backup: priority 0 sets Active_Down_Timer to Skew_Time") {
  VirtualRouter router = backup();
  router.hear(from(0), higher, t0 + 500ms);
  CHECK(router.deadline() == t0 + 500ms + router.skew());
  router.tick(*router.deadline(), true);
  CHECK(router.role() == Role::master);
  CHECK(router.cause() == Cause::left);
}

TEST_CASE("backup: an equal or higher priority resets the timer to the interval that it says") {
  for (const int priority : {100, 101, 255}) {
    VirtualRouter router = backup();
    router.hear(from(static_cast<std::uint8_t>(priority), 200ms), lower, t0 + 1s);
    CHECK(router.role() == Role::backup);
    CHECK(router.learned_interval() == 200ms);
    CHECK(router.deadline() == t0 + 1s + 600ms + 121'875us);
  }
}

TEST_CASE("backup: a lower priority is discarded with preemption, and heeded without") {
  VirtualRouter preempts = backup();
  const auto before = preempts.deadline();
  preempts.hear(from(99), higher, t0 + 1s);
  CHECK(preempts.deadline() == before);

  VirtualRouter content = backup(settings(100, false));
  content.hear(from(99, 2s), higher, t0 + 1s);
  CHECK(content.deadline() == t0 + 1s + content.master_down_interval());
  CHECK(content.learned_interval() == 2s);
}

TEST_CASE("backup: the address breaks no tie") {
  VirtualRouter router = backup();
  router.hear(from(100), lower, t0 + 1s);
  CHECK(router.role() == Role::backup);
  CHECK(router.deadline() == t0 + 1s + router.master_down_interval());
}

TEST_CASE("master: shutdown says priority 0") {
  auto [router, now] = master();
  const auto actions = router.stop(now + 100ms);
  CHECK(actions.advertise == 0);
  CHECK(router.role() == Role::stopped);
}

TEST_CASE("master: when Adver_Timer fires it advertises") {
  auto [router, now] = master();
  CHECK(!router.tick(now + 999ms, true).advertise);
  CHECK(router.tick(now + 1s, true).advertise == 100);
  CHECK(router.deadline() == now + 2s);
}

TEST_CASE("master: to priority 0 it answers with an advertisement at once") {
  auto [router, now] = master();
  const auto actions = router.hear(from(0), higher, now + 300ms);
  CHECK(actions.advertise == 100);
  CHECK(router.role() == Role::master);
  CHECK(router.deadline() == now + 1'300ms);
}

TEST_CASE("master: to a higher priority, or an equal one of a higher address, it yields") {
  struct Case {
    std::uint8_t priority;
    IpAddress sender;
    Cause cause;
  };
  for (const Case& its :
       {Case{101, lower, Cause::higher_priority}, Case{100, higher, Cause::equal_priority}}) {
    auto [router, now] = master();
    const auto actions = router.hear(from(its.priority, 500ms), its.sender, now + 300ms);
    CHECK(router.role() == Role::backup);
    CHECK(router.cause() == its.cause);
    CHECK(actions.changed);
    CHECK(actions.second_master);
    CHECK(actions.advertise == 100);  // for the other to hear of it, which the RFC has not
    CHECK(router.deadline() == now + 300ms + 1'500ms + 304'687us);
  }
}

TEST_CASE("master: to a lower priority, or an equal one of a lower address, it asserts itself") {
  for (const auto& [priority, sender] :
       {std::pair<std::uint8_t, IpAddress>{99, higher}, {100, lower}}) {
    auto [router, now] = master();
    const auto actions = router.hear(from(priority), sender, now + 300ms);
    CHECK(router.role() == Role::master);
    CHECK(actions.advertise == 100);
    CHECK(actions.announce);
    CHECK(actions.second_master);
    CHECK(!actions.changed);
  }
}

TEST_CASE("master: the parting word of the master before is no sign of a second one") {
  auto [router, now] = master();
  const auto actions = router.hear(from(50), lower, now + 2ms);
  CHECK(actions.announce);
  CHECK(!actions.second_master);
}

TEST_CASE("two that start together with one priority: one is master after the next advertisement") {
  VirtualRouterSettings other = settings();
  other.address = higher;
  VirtualRouter first = backup();
  VirtualRouter second = backup(other);
  const TimePoint down = *first.deadline();
  REQUIRE(first.tick(down, true).advertise);
  REQUIRE(second.tick(down, true).advertise);
  first.hear(from(100), higher, down);
  second.hear(from(100), own, down);
  CHECK(first.role() == Role::backup);
  CHECK(second.role() == Role::master);
}

TEST_CASE("preemption waits for its delay after the lower master was first heard") {
  VirtualRouterSettings patient = settings();
  patient.preempt_delay = 5s;
  VirtualRouter router = backup(patient);
  TimePoint now = t0;
  for (; now < t0 + 6s; now += 1s) {
    router.hear(from(50), lower, now);
    router.tick(now, true);
    CHECK(router.role() == Role::backup);
  }
  for (; router.role() == Role::backup && now < t0 + 20s; now += 100ms) {
    if (now.time_since_epoch() % 1s == 0s) router.hear(from(50), lower, now);
    router.tick(now, true);
  }
  CHECK(router.role() == Role::master);
  CHECK(now <= t0 + 9s);
}

TEST_CASE("a delay for preemption delays no takeover from a silent master") {
  VirtualRouterSettings patient = settings();
  patient.preempt_delay = 1000s;
  VirtualRouter router = backup(patient);
  router.hear(from(50), lower, t0 + 1s);
  router.tick(t0 + 1s + router.master_down_interval(), true);
  CHECK(router.role() == Role::master);
}

TEST_CASE("it does not preempt before it is ready, but takes over from silence") {
  VirtualRouter router = backup();
  router.set_ready(false);
  router.hear(from(50), lower, t0 + 3s);
  CHECK(router.deadline() == t0 + 3s + router.master_down_interval());
  router.tick(*router.deadline(), true);
  CHECK(router.role() == Role::master);
}

TEST_CASE("a backup without a worker that turns does not take over") {
  VirtualRouter router = backup();
  const TimePoint down = *router.deadline();
  CHECK(!router.tick(down, false).changed);
  CHECK(router.role() == Role::backup);
  CHECK(router.deadline() == down + 2ms);
  CHECK(router.tick(down + 2ms, true).changed);
}

TEST_CASE("a master without a worker that turns does not assert itself either") {
  auto [router, now] = master();
  CHECK(!router.hear(from(50), lower, now + 500ms, false).advertise);
  CHECK(!router.hear(from(0), lower, now + 500ms, false).advertise);
  CHECK(router.deadline() == now + 1s);
}

TEST_CASE("without a worker that turns nothing is advertised, and then it is backup") {
  auto [router, now] = master();
  TimePoint at = now;
  while (router.role() == Role::master && at < now + 10s) {
    at = *router.deadline();
    CHECK(!router.tick(at, false).advertise);
  }
  CHECK(router.role() == Role::backup);
  CHECK(router.cause() == Cause::stalled);
  CHECK(at >= now + 3s);
  CHECK(at < now + 3'010ms);
  CHECK(router.deadline() == at + router.master_down_interval());
}

TEST_CASE("a worker that turned late delays an advertisement by milliseconds only") {
  auto [router, now] = master();
  CHECK(!router.tick(now + 1s, false).advertise);
  CHECK(router.deadline() == now + 1'002ms);
  CHECK(router.tick(now + 1'002ms, true).advertise == 100);
}

TEST_CASE("after having been stopped it listens before it speaks") {
  auto [ticked, now] = master();
  const auto woken = ticked.tick(now + 5s, true);
  CHECK(!woken.advertise);
  CHECK(woken.changed);
  CHECK(ticked.role() == Role::backup);
  CHECK(ticked.cause() == Cause::stalled);

  auto [heard, then] = master();
  const auto actions = heard.hear(from(50), lower, then + 5s);
  CHECK(!actions.advertise);
  CHECK(heard.role() == Role::backup);
}

TEST_CASE("one that yielded by hand stays backup as long as another is master") {
  auto [router, now] = master();
  const auto actions = router.yield(now);
  CHECK(actions.advertise == 0);
  CHECK(router.role() == Role::backup);
  CHECK(router.cause() == Cause::yielded);
  TimePoint at = now;
  for (; at < now + 60s; at += 1s) {
    router.hear(from(50), lower, at);
    router.tick(at, true);
    CHECK(router.role() == Role::backup);
  }
  router.tick(at + 10s, true);
  CHECK(router.role() == Role::master);
  CHECK(backup().yield(t0).changed == false);
}

TEST_CASE("if nobody takes over, one that yielded by hand is master again") {
  auto [router, now] = master();
  router.yield(now);
  router.tick(now + 2 * router.master_down_interval(), true);
  CHECK(router.role() == Role::master);
}

TEST_CASE("a priority that follows what is tracked stays within 1 and 254") {
  auto [router, now] = master();
  router.set_priority(0);
  CHECK(router.priority() == 1);
  router.set_priority(255);
  CHECK(router.priority() == 254);
  CHECK(router.tick(now + 1s, true).advertise == 254);
  VirtualRouter owner(settings(255));
  owner.set_priority(10);
  CHECK(owner.priority() == 255);
}

}  // namespace
}  // namespace drover::failover
