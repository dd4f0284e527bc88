// SPDX-License-Identifier: BSD-3-Clause
// A control thread that does something every so often while it is not paused, as the daemon's does
// beside its workers.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "bench/datapath/balancer.h"

namespace drover::bench {

class Disturbance {
 public:
  Disturbance(std::chrono::microseconds interval, std::function<void()> act);
  ~Disturbance();
  Disturbance(const Disturbance&) = delete;
  Disturbance& operator=(const Disturbance&) = delete;

  void resume();
  // On return nothing is under way.
  void pause();

 private:
  void run(const std::stop_token& stop);

  std::chrono::microseconds interval_;
  std::function<void()> act_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool running_ = false;
  std::jthread thread_;
};

// Makes and publishes a snapshot of the same configuration every 100 ms.
std::unique_ptr<Disturbance> make_reloads(Balancer& balancer, const BalancerSettings& settings);

// Reads every counter of servers and workers, and writes an exposition of as many servers, every
// second.
std::unique_ptr<Disturbance> make_scrapes(Balancer& balancer);

// Takes what workers tell of their connections for the other balancer.
std::unique_ptr<Disturbance> make_sync_reader(Balancer& balancer);

}  // namespace drover::bench
