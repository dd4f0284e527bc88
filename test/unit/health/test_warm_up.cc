// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/warm_up.h"

#include "test/unit/catch.h"

namespace drover::health {
namespace {

using std::chrono::milliseconds;
const WarmUp::TimePoint noon{std::chrono::hours(12)};

}  // namespace

TEST_CASE("a share grows evenly, from one step on", "[health]") {
  WarmUp warm_up;
  CHECK(warm_up.share(noon) == WarmUp::steps);
  warm_up.start(noon, milliseconds(32'000));
  CHECK(warm_up.share(noon) == 1);
  CHECK(warm_up.share(noon + milliseconds(2'500)) == 2);
  CHECK(warm_up.share(noon + milliseconds(16'000)) == 16);
  CHECK(warm_up.share(noon + milliseconds(31'999)) == 31);
  CHECK(warm_up.share(noon + milliseconds(32'000)) == WarmUp::steps);
}

TEST_CASE("the next step is the moment at which the share grows", "[health]") {
  WarmUp warm_up;
  warm_up.start(noon, milliseconds(1'000));
  auto at = noon;
  unsigned steps = 0;
  while (const auto next = warm_up.next_step(at)) {
    REQUIRE(*next > at);
    CHECK(warm_up.share(*next) > warm_up.share(at));
    CHECK(warm_up.share(*next - std::chrono::nanoseconds(1)) == warm_up.share(at));
    at = *next;
    ++steps;
  }
  CHECK(steps == WarmUp::steps - 1);
  CHECK(at == noon + milliseconds(1'000));
}

TEST_CASE("no length is warm at once", "[health]") {
  WarmUp warm_up;
  warm_up.start(noon, milliseconds(0));
  CHECK(warm_up.share(noon) == WarmUp::steps);
  CHECK_FALSE(warm_up.next_step(noon));
}

}  // namespace drover::health
