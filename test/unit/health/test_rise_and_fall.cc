// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/rise_and_fall.h"

#include <string_view>

#include "lib/health/quorum.h"
#include "test/unit/catch.h"

namespace drover::health {
namespace {

// The states after each result: "+" good, "-" bad; "?" unknown, "U" up, "D" down.
std::string walk(unsigned rise, unsigned fall, std::string_view results) {
  RiseAndFall state(rise, fall);
  std::string states;
  for (const char result : results) {
    const State before = state.state();
    const bool turned = state.take(result == '+');
    CHECK(turned == (state.state() != before));
    states += state.state() == State::up ? 'U' : 'D';
  }
  return states;
}

}  // namespace

TEST_CASE("rise and fall count results in a row", "[health]") {
  CHECK(walk(2, 3, "+--+--+---") == "UUUUUUUUUD");
  CHECK(walk(2, 3, "-+-+-++") == "DDDDDDU");
  CHECK(walk(1, 1, "+-+-") == "UDUD");
}

TEST_CASE("the first result decides at once", "[health]") {
  CHECK(RiseAndFall(2, 3).state() == State::unknown);
  CHECK(walk(5, 5, "+") == "U");
  CHECK(walk(5, 5, "-") == "D");
}

TEST_CASE("failing is what has failed last or is down", "[health]") {
  RiseAndFall state(2, 3);
  state.take(true);
  CHECK_FALSE(state.is_failing());
  state.take(false);
  CHECK(state.is_failing());
  state.take(true);
  CHECK_FALSE(state.is_failing());
  for (int i = 0; i < 3; ++i) state.take(false);
  state.take(true);
  CHECK(state.is_failing());
  state.take(true);
  CHECK_FALSE(state.is_failing());
}

TEST_CASE("a quorum that is lost needs its hysteresis to hold again", "[health]") {
  Quorum quorum;
  CHECK(quorum.holds(0, 4, 2, 1));  // nobody is known to be down yet
  CHECK(quorum.holds(2, 2, 2, 1));
  CHECK_FALSE(quorum.holds(1, 1, 2, 1));
  CHECK_FALSE(quorum.holds(2, 2, 2, 1));
  CHECK(quorum.holds(3, 3, 2, 1));
}

}  // namespace drover::health
