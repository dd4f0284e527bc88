// SPDX-License-Identifier: BSD-3-Clause
#include <chrono>

#include "lib/flow/tick.h"
#include "test/unit/catch.h"

namespace drover::flow {

using namespace std::chrono_literals;

TEST_CASE("durations become quarter seconds, rounded up and bounded", "[flow]") {
  CHECK(to_ticks(0ms).count() == 0);
  CHECK(to_ticks(-5s).count() == 0);
  CHECK(to_ticks(1ns).count() == 1);
  CHECK(to_ticks(250ms).count() == 1);
  CHECK(to_ticks(251ms).count() == 2);
  CHECK(to_ticks(900s).count() == 3600);
  CHECK(to_ticks(24h) == longest_timeout);
  CHECK(to_ticks(24h + 1ms) == longest_timeout);
  CHECK(to_ticks(std::chrono::hours::max()) == longest_timeout);
}

TEST_CASE("a tick is a quarter second of the clock, modulo 2^19", "[flow]") {
  CHECK(Tick::from_nanoseconds(0).value() == 0);
  CHECK(Tick::from_nanoseconds(249'999'999).value() == 0);
  CHECK(Tick::from_nanoseconds(250'000'000).value() == 1);
  CHECK(Tick::from_nanoseconds(250'000'000ULL * (1U << 19U)).value() == 0);
  CHECK(Tick::from_nanoseconds(~std::uint64_t{0}).value() ==
        (18446744073709551615ULL / 250'000'000U) % (1U << 19U));
  CHECK(Tick((1U << 19U) - 1) + Ticks(3) == Tick(2));
}

TEST_CASE("an expiry is never early and stays recognisable for 12 hours", "[flow]") {
  const Ticks twelve_hours = 12h;
  for (std::uint32_t start = 0; start < 1U << 19U; start += 997)
    for (const Ticks timeout : {Ticks(0), Ticks(1), to_ticks(900s), longest_timeout}) {
      const Tick now(start);
      const Tick expires = now + timeout;
      REQUIRE_FALSE(expired(expires, now));
      REQUIRE_FALSE(expired(expires, expires));
      REQUIRE(expired(expires, expires + Ticks(1)));
      REQUIRE(expired(expires, expires + twelve_hours));
      REQUIRE(remaining(expires, now) == timeout);
      REQUIRE(remaining(expires, expires + Ticks(1)) == Ticks(0));
    }
}

}  // namespace drover::flow
