// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/monitor.h"

#include "test/unit/catch.h"
#include "test/unit/health/peer.h"

namespace drover::health {
namespace {

using std::chrono::milliseconds;

struct Watched {
  explicit Watched(Peer::Script script) : peer(loop, std::move(script)) {
    check.subject = peer.subject();
    check.check = {.kind = config::HttpCheck{},
                   .port = {},
                   .interval = milliseconds(100),
                   .timeout = milliseconds(2'000),
                   .fast_interval = milliseconds(20)};
  }
  // Until the condition holds; the test's time-out is the bound.
  template <class Condition>
  void run_until(Condition condition) {
    while (!condition()) loop.run_one();
  }
  const CheckStatus& status() const { return monitor.status(check); }

  boost::asio::io_context loop;
  Peer peer;
  WatchedCheck check;
  unsigned changes = 0;
  Monitor monitor{loop, {.real = make_real_route({}), .vip = nullptr}, 1, [this] { ++changes; }};
};

}  // namespace

TEST_CASE("a new check runs at once and is known then", "[health]") {
  Watched watched({.pieces = {"HTTP/1.1 200 OK\r\n\r\n"}});
  watched.monitor.watch({watched.check});
  CHECK(watched.status().state == State::unknown);
  watched.run_until([&] { return watched.changes > 0; });
  CHECK(watched.status().state == State::up);
  CHECK(watched.status().statistics.good == 1);
  CHECK(watched.status().took);
}

TEST_CASE("a check runs again and again, and tells only of changes", "[health]") {
  Watched watched({.pieces = {"HTTP/1.1 500 Oh\r\n\r\n"}});
  watched.monitor.watch({watched.check});
  watched.run_until([&] { return watched.peer.accepted() == 5; });
  CHECK(watched.changes == 1);
  CHECK(watched.status().state == State::down);
  CHECK(watched.status().last.reason == "HTTP status 500, expected 200-399");
}

TEST_CASE("what stays in the set keeps what is known of it", "[health]") {
  Watched watched({.pieces = {"HTTP/1.1 200 OK\r\n\r\n"}});
  watched.monitor.watch({watched.check});
  watched.run_until([&] { return watched.changes > 0; });
  WatchedCheck other = watched.check;
  other.check.rise = 7;
  watched.monitor.watch({watched.check, other});
  CHECK(watched.status().state == State::up);
  CHECK(watched.monitor.status(other).state == State::unknown);
}

TEST_CASE("what is watched no more runs no more", "[health]") {
  Watched watched({.pieces = {"HTTP/1.1 200 OK\r\n\r\n"}});
  watched.monitor.watch({watched.check});
  watched.run_until([&] { return watched.changes > 0; });
  watched.monitor.watch({});
  const unsigned accepted = watched.peer.accepted();
  watched.loop.run_for(milliseconds(250));
  CHECK(watched.peer.accepted() == accepted);
}

}  // namespace drover::health
