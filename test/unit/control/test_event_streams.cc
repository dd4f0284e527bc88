// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <utility>

#include "lib/control/event_streams.h"
#include "test/unit/catch.h"

namespace drover::control {
namespace {

struct Seen {
  std::optional<ApiResponse> response;
  std::string text;
  std::function<void(bool)> ready;
  bool ended = false;
  bool abandoned = false;

  void read_on() { std::exchange(ready, nullptr)(true); }
  void leave() { std::exchange(ready, nullptr)(false); }
};

class Recorder : public ApiExchange {
 public:
  explicit Recorder(Seen& seen) : seen_(seen) {}
  void send(ApiResponse response) override { seen_.response = std::move(response); }
  void begin(std::string) override {}
  void write(std::string piece, std::function<void(bool)> ready) override {
    REQUIRE(!seen_.ready);
    seen_.text += piece;
    seen_.ready = std::move(ready);
  }
  void end() override { seen_.ended = true; }
  void abandon() override { seen_.abandoned = true; }

 private:
  Seen& seen_;
};

struct Fixture {
  boost::asio::io_context loop;
  EventLog log{1000, [] { return EventLog::WallTime(); }};
  EventStreams streams{loop, log};

  void post(int count = 1) {
    for (int i = 0; i < count; ++i) log.post(EventKind::link, log::Level::debug, "port", "is up");
  }
  void ask(Seen& seen, std::map<std::string, std::string, std::less<>> query) {
    streams.serve({.method = "GET", .path = "/v1/events", .query = std::move(query), .body = {}},
                  ApiReply(std::make_unique<Recorder>(seen)));
  }
};

auto lines(const Seen& seen) {
  return std::ranges::count(seen.text, '\n');
}

TEST_CASE("what is kept comes in pieces, and then the answer ends") {
  Fixture fixture;
  Seen seen;
  fixture.post(300);
  fixture.ask(seen, {});
  REQUIRE(lines(seen) == 128);
  seen.read_on();
  seen.read_on();
  REQUIRE(lines(seen) == 300);
  REQUIRE(!seen.ended);
  seen.read_on();
  REQUIRE(seen.ended);
}

TEST_CASE("without events the answer is empty") {
  Fixture fixture;
  Seen seen;
  fixture.ask(seen, {{"after", "0"}});
  REQUIRE(seen.ended);
  REQUIRE(seen.text.empty());
}

TEST_CASE("only the events behind a number are given") {
  Fixture fixture;
  Seen seen;
  fixture.post(3);
  fixture.ask(seen, {{"after", "2"}});
  REQUIRE(lines(seen) == 1);
  REQUIRE(seen.text.starts_with(R"({"sequence":3,)"));
}

TEST_CASE("who follows gets new events as they come") {
  Fixture fixture;
  Seen seen;
  fixture.post();
  fixture.ask(seen, {{"follow", ""}});
  REQUIRE(lines(seen) == 1);
  fixture.post(2);  // while the first is on its way
  REQUIRE(lines(seen) == 1);
  seen.read_on();
  REQUIRE(lines(seen) == 3);
  seen.read_on();
  REQUIRE(!seen.ready);
  fixture.post();
  REQUIRE(lines(seen) == 4);
  REQUIRE(!seen.ended);
}

TEST_CASE("a number of another daemon's is begun anew, with those that follow too") {
  Fixture fixture;
  Seen seen;
  fixture.ask(seen, {{"follow", ""}, {"after", "77"}});
  fixture.post();
  REQUIRE(seen.text.starts_with(R"({"sequence":1,)"));
}

TEST_CASE("a reader who has left is forgotten") {
  Fixture fixture;
  Seen seen;
  fixture.post();
  fixture.ask(seen, {{"follow", ""}});
  seen.leave();
  REQUIRE(seen.abandoned);
  fixture.post();
  REQUIRE(lines(seen) == 1);
}

TEST_CASE("a number that is none is refused") {
  Fixture fixture;
  for (const char* bad : {"", "x", "-1", "1x", "99999999999999999999"}) {
    Seen seen;
    fixture.ask(seen, {{"after", bad}});
    REQUIRE(seen.response->status == 400);
  }
}

}  // namespace
}  // namespace drover::control
