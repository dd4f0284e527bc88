// SPDX-License-Identifier: BSD-3-Clause
// Runs one check of one server, again and again. Control thread only; nothing blocks.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "lib/health/outcome.h"

namespace drover::health {

class Prober {
 public:
  using Finished = std::function<void(Outcome)>;

  // Ends a run that is under way; `finished` is then never called.
  virtual ~Prober() = default;
  // `finished` comes once, after `timeout` at the latest, possibly from within. Not while a run is
  // under way. The prober may not be destroyed from within `finished`.
  virtual void start(std::chrono::milliseconds timeout, Finished finished) = 0;
};

}  // namespace drover::health
