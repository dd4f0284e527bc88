// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/run_schedule.h"

#include <map>
#include <random>

#include "test/unit/catch.h"

namespace drover::health {
namespace {

using std::chrono::milliseconds;
const TimePoint noon{std::chrono::hours(12)};

config::Check every(milliseconds interval) {
  config::Check check;
  check.interval = interval;
  return check;
}

}  // namespace

TEST_CASE("a run is up to a tenth early and never late", "[health]") {
  const config::Check check = every(milliseconds(1'000));
  std::mt19937_64 random(1);
  for (int i = 0; i < 1'000; ++i) {
    const TimePoint next = next_run(check, noon, false, random());
    CHECK(next <= noon + milliseconds(1'000));
    CHECK(next >= noon + milliseconds(900));
  }
}

TEST_CASE("a check that fails runs at the fast interval, if there is one", "[health]") {
  config::Check check = every(milliseconds(1'000));
  CHECK(next_run(check, noon, true, 0) == noon + milliseconds(1'000));
  check.fast_interval = milliseconds(200);
  CHECK(next_run(check, noon, true, 0) == noon + milliseconds(200));
  CHECK(next_run(check, noon, false, 0) == noon + milliseconds(1'000));
}

TEST_CASE("a thousand checks that begin together spread out", "[health]") {
  const config::Check check = every(milliseconds(1'000));
  std::mt19937_64 random(1);
  std::map<std::int64_t, int> per_10ms;
  for (std::size_t i = 0; i < 1'000; ++i) {
    TimePoint at = first_run(noon, i);
    CHECK(at <= noon + milliseconds(1'000));
    while (at < noon + std::chrono::seconds(60)) at = next_run(check, at, false, random());
    ++per_10ms[(at - noon) / milliseconds(10)];
  }
  for (const auto& [slot, count] : per_10ms) CHECK(count < 40);  // 10 would be even
}

}  // namespace drover::health
