// SPDX-License-Identifier: BSD-3-Clause
#include <cstdlib>
#include <ctime>

#include "apps/drover/event_text.h"
#include "test/unit/catch.h"

namespace drover::client {
namespace {

api::Event some_event() {
  return {.sequence = 7,
          .time = "2026-01-31T23:59:59.999Z",
          .kind = "health",
          .level = "info",
          .subject = "web/nginx1",
          .text = "is up"};
}

void live_in(const char* zone) {
  setenv("TZ", zone, 1);
  tzset();
}

TEST_CASE("an event is a line with the local time") {
  live_in("UTC0");
  REQUIRE(event_line(some_event()) ==
          "2026-01-31 23:59:59.999  health            web/nginx1: is up\n");
  live_in("CET-1");
  REQUIRE(event_line(some_event()) ==
          "2026-02-01 00:59:59.999  health            web/nginx1: is up\n");
}

TEST_CASE("what is worse than news says so") {
  live_in("UTC0");
  api::Event event = some_event();
  event.level = "warning";
  REQUIRE(event_line(event) ==
          "2026-01-31 23:59:59.999  health            warning: web/nginx1: is up\n");
}

TEST_CASE("a time of another form is shown as it is") {
  api::Event event = some_event();
  for (const char* time : {"", "yesterday", "2026-01-31T23:59:59+01:00", "2026-01-31T23:59:59."}) {
    event.time = time;
    REQUIRE(event_line(event).starts_with(std::string(time) + "  health"));
  }
}

}  // namespace
}  // namespace drover::client
