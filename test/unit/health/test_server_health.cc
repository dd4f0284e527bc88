// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/server_health.h"

#include "test/unit/catch.h"

namespace drover::health {
namespace {

using std::chrono::seconds;

struct Server {
  bool update(State state, bool unreachable = false) {
    return health.update({state, unreachable, state == State::down ? "refused" : ""}, settings,
                         cold, now);
  }
  void pass(seconds time) { now += time; }

  ServerHealth::TimePoint now{std::chrono::hours(1)};
  ServerHealth::Settings settings{
      .warm_up = seconds(32), .hold_down = seconds(5), .longest_hold_down = seconds(60)};
  bool cold = false;
  ServerHealth health{now};
};

// Up, then down at once.
void flap(Server& server) {
  REQUIRE(server.update(State::up));
  server.pass(seconds(1));
  server.update(State::down);
}

}  // namespace

TEST_CASE("a server is unknown until its checks have said something", "[health]") {
  Server server;
  CHECK_FALSE(server.update(State::unknown));
  CHECK(server.health.state() == State::unknown);
  CHECK(server.update(State::up));
  CHECK(server.health.share(server.now) == WarmUp::steps);
  CHECK_FALSE(server.update(State::unknown));  // a new check of a known server
  CHECK(server.health.state() == State::up);
}

TEST_CASE("a server that is down says why and since when", "[health]") {
  Server server;
  server.update(State::up);
  server.pass(seconds(7));
  CHECK(server.update(State::down, true));
  server.pass(seconds(1));
  CHECK_FALSE(server.update(State::down, true));
  CHECK(server.health.reason(server.now) == "refused");
  CHECK(server.health.unreachable());
  CHECK(server.now - server.health.since() == seconds(1));
}

TEST_CASE("a server that comes back warms up", "[health]") {
  Server server;
  server.update(State::down);
  CHECK(server.update(State::up));
  CHECK(server.health.share(server.now) == 1);
  server.pass(seconds(16));
  CHECK(server.health.share(server.now) == 16);
  CHECK(server.health.next_change(server.now) == server.now + seconds(1));
  server.pass(seconds(16));
  CHECK(server.health.share(server.now) == WarmUp::steps);
  CHECK_FALSE(server.health.next_change(server.now));
}

TEST_CASE("a new server among others warms up, too", "[health]") {
  Server server;
  server.cold = true;
  server.update(State::up);
  CHECK(server.health.share(server.now) == 1);
}

TEST_CASE("the first time down is no flap", "[health]") {
  Server server;
  server.update(State::up);
  server.update(State::down);
  CHECK(server.update(State::up));
  CHECK(server.health.flaps() == 0);
}

TEST_CASE("the hold-down doubles with each flap up to its bound", "[health]") {
  Server server;
  server.update(State::down);
  server.update(State::up);
  for (const int expected : {5, 10, 20, 40, 60, 60}) {
    server.pass(seconds(1));
    server.update(State::down);
    const auto down = server.now;
    while (!server.update(State::up)) {
      REQUIRE(server.health.next_change(server.now) == down + seconds(expected));
      server.pass(seconds(1));
    }
    CHECK(server.now - down == seconds(expected));
  }
}

TEST_CASE("a server that is held says how long", "[health]") {
  Server server;
  server.update(State::down);
  flap(server);
  server.pass(seconds(2));
  CHECK_FALSE(server.update(State::up));
  CHECK(server.health.state() == State::down);
  CHECK(server.health.reason(server.now) == "held down for 3 s more after 1 flap");
  CHECK(server.health.next_change(server.now) == server.now + seconds(3));
}

TEST_CASE("a long time up makes flaps forgotten", "[health]") {
  Server server;
  server.update(State::down);
  flap(server);
  while (!server.update(State::up)) server.pass(seconds(1));
  server.pass(seconds(60));
  server.update(State::down);
  CHECK(server.health.flaps() == 0);
  CHECK(server.update(State::up));
}

TEST_CASE("a hold-down of zero holds nothing", "[health]") {
  Server server;
  server.settings.hold_down = seconds(0);
  server.update(State::down);
  for (int i = 0; i < 4; ++i) {
    CHECK(server.update(State::up));
    server.update(State::down);
  }
}

}  // namespace drover::health
