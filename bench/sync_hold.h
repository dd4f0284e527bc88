// SPDX-License-Identifier: BSD-3-Clause
// How long a new connection's first packet waits for its record, with the threads that there are in
// droverd: a worker that polls, and a control thread that sleeps until it is rung, seals the
// records and hands them to the kernel.
#pragma once

#include <chrono>
#include <functional>

#include "test/harness/synced_plant.h"

namespace drover::test {

struct HoldFigures {
  std::chrono::nanoseconds median{};
  std::chrono::nanoseconds of_99_percent{};  // no longer than this
  std::chrono::nanoseconds longest{};
  double wakes = 0;  // of control, each an eventfd write by the worker; a packet
  double late = 0;   // part that left after a millisecond, without its record having left
};

// `synced` has a listener; `frame(n)` is the first packet of its connection number n.
HoldFigures measure_hold(SyncedPlant& synced, unsigned packets_per_second,
                         std::chrono::milliseconds time,
                         const std::function<Bytes(std::uint32_t)>& frame);

}  // namespace drover::test
