// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/idle.h"

#include "test/unit/catch.h"

namespace drover::datapath {
namespace {

using std::chrono::microseconds;

void poll_in_vain(AdaptiveIdle& idle) {
  for (unsigned i = 0; i < AdaptiveIdle::polls_before_sleep; ++i)
    REQUIRE(idle.pause() == microseconds(0));
}

}  // namespace

TEST_CASE("a worker polls for a while before it sleeps", "[datapath]") {
  AdaptiveIdle idle;
  poll_in_vain(idle);
  CHECK(idle.pause() == AdaptiveIdle::shortest);
}

TEST_CASE("sleeps grow longer up to the longest", "[datapath]") {
  AdaptiveIdle idle;
  poll_in_vain(idle);
  auto before = idle.pause();
  int sleeps = 1;
  for (; before < AdaptiveIdle::longest; ++sleeps) {
    const auto now = idle.pause();
    REQUIRE(now > before);
    REQUIRE(now <= AdaptiveIdle::longest);
    before = now;
  }
  CHECK(sleeps < 50);
  for (int i = 0; i < 1'000; ++i) REQUIRE(idle.pause() == AdaptiveIdle::longest);
}

TEST_CASE("a frame makes it poll again", "[datapath]") {
  AdaptiveIdle idle;
  poll_in_vain(idle);
  for (int i = 0; i < 100; ++i) idle.pause();
  idle.worked();
  poll_in_vain(idle);
  CHECK(idle.pause() == AdaptiveIdle::shortest);
}

}  // namespace drover::datapath
