// SPDX-License-Identifier: BSD-3-Clause
#include "lib/failover/tracked_priority.h"

#include <vector>

#include "test/unit/catch.h"

namespace drover::failover {
namespace {

TrackedPriority of(std::uint8_t base, std::vector<TrackedThing> things) {
  return tracked_priority(base, things);
}

TEST_CASE("failures take their weights from the priority") {
  CHECK(of(200, {}).priority == 200);
  CHECK(of(200, {{true, 30}, {false, 100}, {true, 20}}).priority == 150);
  CHECK(!of(200, {{true, 30}}).fault);
}

TEST_CASE("a tracked priority stays within 1 and 254, the owner's as it is") {
  CHECK(of(10, {{true, 200}, {true, 200}}).priority == 1);
  CHECK(of(254, {}).priority == 254);
  CHECK(of(255, {{true, 100}}).priority == 255);
}

TEST_CASE("a failure without a weight is a fault") {
  CHECK(of(100, {{true, 0}}).fault);
  CHECK(!of(100, {{false, 0}}).fault);
  CHECK(of(255, {{true, 0}}).fault);
}

}  // namespace
}  // namespace drover::failover
