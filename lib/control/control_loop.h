// SPDX-License-Identifier: BSD-3-Clause
// The control thread: turns the configuration and what is heard of the network into snapshots,
// serves the API, carries frames to and from the kernel, reads the file again at SIGHUP, ends at
// SIGTERM or SIGINT.
#pragma once

#include <memory>

#include "lib/base/doorbell.h"
#include "lib/base/result.h"
#include "lib/config/running.h"
#include "lib/control/plant.h"

namespace drover::control {

class ControlLoop {
 public:
  // Takes the API's socket and the kernel's neighbour table. After block_signals().
  static Result<std::unique_ptr<ControlLoop>> open(config::Running running);
  ~ControlLoop();
  ControlLoop(const ControlLoop&) = delete;
  ControlLoop& operator=(const ControlLoop&) = delete;

  // What the workers ring after they have sent something.
  Doorbell& doorbell();

  // Publishes the first snapshot; workers may start then. `plant` outlives run().
  Result<void> attach(const Plant& plant);

  // Lets the ports hand the VIPs' frames to the workers, which run by now.
  Result<void> start_steering();

  // Until a stop signal. Call it after attach(), on the thread that called open().
  void run();

 private:
  class Loop;
  explicit ControlLoop(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace drover::control
