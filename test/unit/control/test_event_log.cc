// SPDX-License-Identifier: BSD-3-Clause
#include <string>
#include <vector>

#include "lib/control/event_log.h"
#include "test/unit/catch.h"

namespace drover::control {
namespace {

using namespace std::chrono_literals;

std::vector<std::uint64_t> numbers(const std::vector<api::Event>& events) {
  std::vector<std::uint64_t> result;
  for (const api::Event& event : events) result.push_back(event.sequence);
  return result;
}

struct Fixture {
  EventLog::WallTime time{1769903999999ms};
  EventLog log{3, [this] { return time; }};
  void post(const std::string& text) {
    log.post(EventKind::health, log::Level::debug, "web/nginx1", text);
  }
};

TEST_CASE("an event has a number, a time and what it is about") {
  Fixture fixture;
  REQUIRE(fixture.log.last() == 0);
  REQUIRE(fixture.log.after(0, 10).empty());
  fixture.post("is down");
  const std::vector<api::Event> expected{{.sequence = 1,
                                          .time = "2026-01-31T23:59:59.999Z",
                                          .kind = "health",
                                          .level = "debug",
                                          .subject = "web/nginx1",
                                          .text = "is down"}};
  REQUIRE(fixture.log.after(0, 10) == expected);
  REQUIRE(fixture.log.last() == 1);
}

TEST_CASE("the last events are kept, and a gap in the numbers shows that others were not") {
  Fixture fixture;
  for (int i = 0; i < 5; ++i) fixture.post("again");
  REQUIRE(numbers(fixture.log.after(0, 10)) == std::vector<std::uint64_t>{3, 4, 5});
  REQUIRE(numbers(fixture.log.after(1, 10)) == std::vector<std::uint64_t>{3, 4, 5});
  REQUIRE(numbers(fixture.log.after(3, 10)) == std::vector<std::uint64_t>{4, 5});
  REQUIRE(fixture.log.after(5, 10).empty());
}

TEST_CASE("events are given out in portions, oldest first") {
  Fixture fixture;
  for (int i = 0; i < 3; ++i) fixture.post("again");
  REQUIRE(numbers(fixture.log.after(0, 2)) == std::vector<std::uint64_t>{1, 2});
  REQUIRE(numbers(fixture.log.after(2, 2)) == std::vector<std::uint64_t>{3});
}

TEST_CASE("a number of another daemon's counts as none") {
  Fixture fixture;
  fixture.post("once");
  REQUIRE(numbers(fixture.log.after(700, 10)) == std::vector<std::uint64_t>{1});
}

TEST_CASE("who listens is called after each event") {
  Fixture fixture;
  std::uint64_t seen = 0;
  fixture.log.on_post([&] { seen = fixture.log.last(); });
  fixture.post("one");
  REQUIRE(seen == 1);
  fixture.post("two");
  REQUIRE(seen == 2);
  fixture.log.on_post(nullptr);
  fixture.post("three");
  REQUIRE(seen == 2);
}

}  // namespace
}  // namespace drover::control
