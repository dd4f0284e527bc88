// SPDX-License-Identifier: BSD-3-Clause
#include <array>

#include "lib/control/worker_watch.h"
#include "test/unit/catch.h"

namespace drover::control {
namespace {

using std::chrono::seconds;
using Turns = std::array<std::uint64_t, 2>;

TEST_CASE("a worker that stands still is stuck after a while, and well again once it moves") {
  WorkerWatch watch;
  const WorkerWatch::TimePoint start{};
  watch.look(Turns{5, 5}, start);
  watch.look(Turns{6, 5}, start + seconds(2));
  CHECK(watch.stuck().empty());
  CHECK(watch.complaint().empty());
  watch.look(Turns{7, 5}, start + seconds(3));
  CHECK(watch.stuck() == std::vector<std::size_t>{1});
  CHECK(watch.complaint() == "worker 1 has not moved for 3 s");
  watch.look(Turns{7, 5}, start + seconds(6));
  CHECK(watch.complaint() == "worker 0, 1 has not moved for 3 s");
  watch.look(Turns{7, 6}, start + seconds(7));
  CHECK(watch.stuck() == std::vector<std::size_t>{0});
}

TEST_CASE("a control thread that was away itself does not take the workers for stuck") {
  WorkerWatch watch;
  const WorkerWatch::TimePoint start{};
  watch.look(Turns{5, 5}, start);
  watch.look(Turns{6, 6}, start + seconds(60));
  CHECK(watch.stuck().empty());
}

}  // namespace
}  // namespace drover::control
