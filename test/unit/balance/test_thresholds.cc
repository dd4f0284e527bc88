// SPDX-License-Identifier: BSD-3-Clause
#include "lib/balance/thresholds.h"

#include "test/unit/catch.h"

namespace drover::balance {

TEST_CASE("at its upper threshold a server is overloaded", "[balance]") {
  Overload overload;
  const Thresholds thresholds{.upper = 3, .lower = 1};
  overload.connection_came(2, thresholds);
  CHECK_FALSE(overload);
  overload.connection_came(3, thresholds);
  CHECK(overload);
  overload.connection_went(2, thresholds);
  overload.connection_went(1, thresholds);
  CHECK(overload);
  overload.connection_went(0, thresholds);
  CHECK_FALSE(overload);
}

TEST_CASE("without a lower threshold it is three quarters of the upper", "[balance]") {
  Overload overload;
  overload.connection_came(8, {.upper = 8});
  overload.connection_went(6, {.upper = 8});
  CHECK(overload);
  overload.connection_went(5, {.upper = 8});
  CHECK_FALSE(overload);
}

TEST_CASE("thresholds that change count at once", "[balance]") {
  // With 5 connections, from a state in which an upper threshold of 5 bars new ones.
  const auto after = [](Thresholds changed) {
    const Thresholds before{.upper = 5, .lower = 2};
    Overload overload;
    overload.connection_came(5, before);
    changed.lifted = before.lift(changed) ? 1 : 0;
    overload.follow(5, changed);
    return static_cast<bool>(overload);
  };
  CHECK(after({.upper = 5, .lower = 4}));
  CHECK(after({.upper = 4}));
  CHECK_FALSE(after({.upper = 6}));
  CHECK_FALSE(after({.upper = 9, .lower = 5}));
  CHECK_FALSE(after({}));
}

TEST_CASE("an upper threshold that is lowered to what is there bars after the next connection",
          "[balance]") {
  Overload overload;
  overload.connection_came(3, {.upper = 5});
  overload.follow(3, {.upper = 3});
  CHECK_FALSE(overload);
  overload.connection_came(4, {.upper = 3});
  CHECK(overload);
}

TEST_CASE("who has not seen thresholds change notices that an overload has ended", "[balance]") {
  Overload overload;
  overload.connection_came(5, {.upper = 5, .lower = 2});
  overload.follow(5, {.upper = 5, .lower = 2, .lifted = 1});
  CHECK_FALSE(overload);
}

TEST_CASE("other workers' connections bring an overload and end it", "[balance]") {
  Overload overload;
  overload.follow(4, {.upper = 5, .lower = 2});
  CHECK_FALSE(overload);
  overload.follow(5, {.upper = 5, .lower = 2});
  CHECK(overload);
  overload.follow(2, {.upper = 5, .lower = 2});
  CHECK(overload);
  overload.follow(1, {.upper = 5, .lower = 2});
  CHECK_FALSE(overload);
}

TEST_CASE("without an upper threshold nothing is overloaded", "[balance]") {
  Overload overload;
  overload.connection_came(1'000'000, {});
  CHECK_FALSE(overload);
}

}  // namespace drover::balance
