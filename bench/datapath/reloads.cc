// SPDX-License-Identifier: BSD-3-Clause
#include "bench/datapath/reloads.h"

#include <chrono>

namespace drover::bench {
namespace {

constexpr std::chrono::milliseconds interval{100};

}  // namespace

Reloads::Reloads(Balancer& balancer, config::Config config)
    : balancer_(balancer),
      config_(std::move(config)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Reloads::~Reloads() = default;

void Reloads::resume() {
  const std::lock_guard lock(mutex_);
  running_ = true;
  changed_.notify_all();
}

void Reloads::pause() {
  const std::lock_guard lock(mutex_);
  running_ = false;
}

void Reloads::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    changed_.wait(lock, stop, [this] { return running_; });
    if (stop.stop_requested()) return;
    balancer_.plant().configure(config_);
    changed_.wait_for(lock, stop, interval, [] { return false; });
  }
}

}  // namespace drover::bench
