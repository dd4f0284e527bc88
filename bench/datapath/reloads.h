// SPDX-License-Identifier: BSD-3-Clause
// A control thread that makes and publishes a snapshot every 100 ms while it is not paused.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "bench/datapath/balancer.h"

namespace drover::bench {

class Reloads {
 public:
  Reloads(Balancer& balancer, config::Config config);
  ~Reloads();
  Reloads(const Reloads&) = delete;
  Reloads& operator=(const Reloads&) = delete;

  void resume();
  // On return none is under way.
  void pause();

 private:
  void run(const std::stop_token& stop);

  Balancer& balancer_;
  config::Config config_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool running_ = false;
  std::jthread thread_;
};

}  // namespace drover::bench
