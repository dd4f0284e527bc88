// SPDX-License-Identifier: BSD-3-Clause
#include "lib/failover/sync_session.h"

#include <vector>

#include "test/unit/catch.h"

namespace drover::failover {
namespace {

using namespace std::chrono_literals;
using TimePoint = SyncSession::TimePoint;

constexpr TimePoint t0{1'000s};
constexpr std::uint64_t our_boot = 11;
constexpr std::uint64_t peer_boot = 22;

// A peer that knows us, whose table has come; its next datagram is the number 10.
struct Met {
  SyncSession session{our_boot, t0};
  TimePoint now = t0;
  std::uint64_t sequence = 9;

  Met() {
    REQUIRE(hear(SyncKind::hello, 8).fault == SessionFault::none);
    REQUIRE(hear(SyncKind::table_end, 9).complete);
  }
  SyncSession::Heard hear(SyncKind kind, std::uint64_t number, std::uint64_t boot = peer_boot,
                          std::uint64_t echo = our_boot) {
    return session.hear({.kind = kind, .boot = boot, .echo = echo, .sequence = number}, now);
  }
};

TEST_CASE("two nodes meet with three hellos, and each gets the other's table") {
  SyncSession a(1, t0);
  SyncSession b(2, t0);
  const auto first = b.hear(a.next(SyncKind::hello, 77), t0);
  CHECK(first.is_new);
  CHECK(first.answer);
  CHECK(!first.send_table);  // it may be an old one
  CHECK(!b.established());
  const auto second = a.hear(b.next(SyncKind::hello, 77), t0);
  CHECK(second.is_new);
  CHECK(second.answer);
  CHECK(second.send_table);
  CHECK(a.established());
  const auto third = b.hear(a.next(SyncKind::hello, 77), t0);
  CHECK(!third.is_new);
  CHECK(third.send_table);
  CHECK(b.established());
  CHECK(b.peer_services() == 77);

  CHECK(!b.complete());
  CHECK(b.hear(a.next(SyncKind::table, 77), t0).fault == SessionFault::none);
  CHECK(b.hear(a.next(SyncKind::table_end, 77), t0).complete);
  CHECK(b.complete());
  CHECK(!b.next(SyncKind::hello, 77).wants_table);
  CHECK(a.next(SyncKind::hello, 77).wants_table);
}

TEST_CASE("nothing but a hello is taken from a peer that does not know this start") {
  SyncSession session(our_boot, t0);
  for (const auto kind : {SyncKind::changes, SyncKind::table, SyncKind::table_end})
    CHECK(session.hear({.kind = kind, .boot = peer_boot, .echo = 99, .sequence = 1}, t0).fault ==
          SessionFault::stranger);
}

TEST_CASE("a node's own datagram that comes back is known") {
  SyncSession session(our_boot, t0);
  CHECK(session.hear(session.next(SyncKind::hello, 0), t0).fault == SessionFault::own);
}

TEST_CASE("a datagram counts once, also within the window") {
  Met met;
  CHECK(met.hear(SyncKind::changes, 12).fault == SessionFault::none);
  CHECK(met.hear(SyncKind::changes, 12).fault == SessionFault::replayed);
  CHECK(met.hear(SyncKind::changes, 11).fault == SessionFault::none);
  CHECK(met.hear(SyncKind::changes, 11).fault == SessionFault::replayed);
  CHECK(met.hear(SyncKind::changes, 200).fault == SessionFault::none);
  CHECK(met.hear(SyncKind::changes, 136).fault == SessionFault::replayed);  // too old to tell
  CHECK(met.hear(SyncKind::changes, 137).fault == SessionFault::none);
  CHECK(met.hear(SyncKind::changes, 0).fault == SessionFault::replayed);
}

TEST_CASE("a loss is known with the second hello behind it, and the table is asked for") {
  Met met;
  met.hear(SyncKind::changes, 11);  // 10 is missing
  CHECK(met.session.lost() == 0);
  met.hear(SyncKind::hello, 12);
  CHECK(met.session.complete());
  met.hear(SyncKind::hello, 13);
  CHECK(met.session.lost() == 1);
  CHECK(!met.session.complete());
  CHECK(met.session.next(SyncKind::hello, 0).wants_table);
  CHECK(met.hear(SyncKind::changes, 10).fault == SessionFault::replayed);
}

// Of a worker's stream, which is so far at each hello.
struct WithStream : Met {
  SyncSession::Heard say_hello(std::uint64_t so_far) {
    ++sequence;
    const std::vector<std::uint64_t> streams{so_far};
    return session.hear(
        {.kind = SyncKind::hello, .boot = peer_boot, .echo = our_boot, .sequence = sequence}, now,
        streams);
  }
  SessionFault hear_worker(std::uint64_t number, std::uint64_t echo = our_boot) {
    return session
        .hear({.kind = SyncKind::changes,
               .stream = 1,
               .boot = peer_boot,
               .echo = echo,
               .sequence = number},
              now)
        .fault;
  }
};

TEST_CASE("each stream has its own sequence numbers") {
  WithStream met;
  met.say_hello(0);
  CHECK(met.hear_worker(1) == SessionFault::none);
  CHECK(met.hear_worker(1) == SessionFault::replayed);
  CHECK(met.hear_worker(2) == SessionFault::none);
  CHECK(met.hear(SyncKind::changes, 11).fault == SessionFault::none);
  CHECK(met.hear(SyncKind::changes, 11).fault == SessionFault::replayed);
  CHECK(met.session.lost() == 0);
}

TEST_CASE("what a stream has lost is known with the second hello behind it, its end and all") {
  WithStream met;
  met.say_hello(0);
  met.hear_worker(2);  // 1 is missing, and so is 3
  met.say_hello(3);
  CHECK(met.session.lost() == 0);
  CHECK(met.session.complete());
  met.say_hello(3);
  CHECK(met.session.lost() == 2);
  CHECK(!met.session.complete());
  CHECK(met.hear_worker(3) == SessionFault::replayed);
  CHECK(met.hear_worker(4) == SessionFault::none);
}

TEST_CASE("what a worker sealed before it knew of this start is not taken, and not lost") {
  WithStream met;
  met.say_hello(0);
  CHECK(met.hear_worker(1, 10) == SessionFault::stranger);
  CHECK(met.hear_worker(2) == SessionFault::none);
  met.say_hello(2);
  met.say_hello(2);
  CHECK(met.session.lost() == 0);
}

TEST_CASE("a stream of which nothing has come is missed as well") {
  WithStream met;
  met.say_hello(100);  // before we met
  met.say_hello(100);
  CHECK(met.session.lost() == 0);
  met.say_hello(103);
  met.say_hello(103);
  CHECK(met.session.lost() == 3);
}

TEST_CASE("what leaves the window unseen is lost") {
  Met met;
  met.hear(SyncKind::changes, 10 + 500);
  CHECK(met.session.lost() == 500 - 63);
  met.hear(SyncKind::changes, 10 + 500 + 63);
  CHECK(met.session.lost() == 500);
  Met orderly;
  for (std::uint64_t number = 10; number < 300; ++number) orderly.hear(SyncKind::changes, number);
  CHECK(orderly.session.lost() == 0);
}

TEST_CASE("a table of which a part was lost is not complete") {
  SyncSession session(our_boot, t0);
  const auto hear = [&](SyncKind kind, std::uint64_t number) {
    return session.hear({.kind = kind, .boot = peer_boot, .echo = our_boot, .sequence = number},
                        t0);
  };
  hear(SyncKind::hello, 1);
  hear(SyncKind::table, 2);
  hear(SyncKind::table, 4);
  CHECK(!hear(SyncKind::table_end, 5).complete);
  CHECK(!session.complete());
  hear(SyncKind::table, 6);
  CHECK(hear(SyncKind::table_end, 7).complete);
}

TEST_CASE("losses ask for the table once in a while only") {
  Met met;
  std::uint64_t number = 10;
  unsigned requests = 0;
  for (int second = 0; second < 60; ++second) {
    met.now += 1s;
    number += 2;  // each time one is lost
    met.hear(SyncKind::hello, number);
    if (met.session.next(SyncKind::hello, 0).wants_table) {
      ++requests;
      met.hear(SyncKind::table_end, ++number);
      if (!met.session.complete()) met.hear(SyncKind::table_end, ++number);
    }
  }
  CHECK(requests >= 3);
  CHECK(requests <= 6);
}

TEST_CASE("a restarted peer is known again, and its former start no more") {
  Met met;
  // Its first hello does not know us: it may be a replayed one, so it is answered only.
  const auto unsure = met.hear(SyncKind::hello, 1, 33, 0);
  CHECK(unsure.answer);
  CHECK(!unsure.is_new);
  CHECK(met.session.complete());
  const auto sure = met.hear(SyncKind::hello, 2, 33);
  CHECK(sure.is_new);
  CHECK(!met.session.complete());
  CHECK(met.hear(SyncKind::changes, 3, 33).fault == SessionFault::none);
  CHECK(met.hear(SyncKind::changes, 500, peer_boot).fault == SessionFault::replayed);
}

TEST_CASE("a peer is alive for five seconds after it was heard") {
  Met met;
  CHECK(met.session.alive(t0 + 4'999ms));
  CHECK(!met.session.alive(t0 + 5s));
  CHECK(!SyncSession(our_boot, t0).alive(t0));
}

TEST_CASE("hellos are due once a second") {
  SyncSession session(our_boot, t0);
  CHECK(session.hello_due(t0));
  CHECK(!session.hello_due(t0 + 999ms));
  CHECK(session.hello_due(t0 + 1s));
}

}  // namespace
}  // namespace drover::failover
