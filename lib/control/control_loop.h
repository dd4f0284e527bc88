// SPDX-License-Identifier: BSD-3-Clause
// The control thread: turns the configuration and what is heard of the network into snapshots,
// serves the API, carries frames to and from the kernel, ends at SIGTERM or SIGINT.
#pragma once

#include <memory>

#include "lib/base/doorbell.h"
#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/control/plant.h"

namespace drover::control {

// Blocks SIGTERM and SIGINT in the calling thread and those it starts later, so that run() gets
// them. Call it before any thread starts.
void block_stop_signals();

class ControlLoop {
 public:
  // Takes the API's socket and the kernel's neighbour table. `config` outlives the loop.
  static Result<std::unique_ptr<ControlLoop>> open(const config::Config& config);
  ~ControlLoop();
  ControlLoop(const ControlLoop&) = delete;
  ControlLoop& operator=(const ControlLoop&) = delete;

  // What the workers ring after they have sent something.
  Doorbell& doorbell();

  // Publishes the first snapshot; workers may start then. `plant` outlives run().
  Result<void> attach(const Plant& plant);

  // Until a stop signal. Call it after attach(), on the thread that called open().
  void run();

 private:
  class Loop;
  explicit ControlLoop(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace drover::control
