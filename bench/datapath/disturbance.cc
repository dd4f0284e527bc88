// SPDX-License-Identifier: BSD-3-Clause
#include "bench/datapath/disturbance.h"

#include <utility>
#include <vector>

#include "lib/metrics/exposition.h"
#include "test/unit/metrics/sample.h"

namespace drover::bench {

using namespace std::chrono_literals;

Disturbance::Disturbance(std::chrono::microseconds interval, std::function<void()> act)
    : interval_(interval),
      act_(std::move(act)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Disturbance::~Disturbance() = default;

void Disturbance::resume() {
  const std::lock_guard lock(mutex_);
  running_ = true;
  changed_.notify_all();
}

void Disturbance::pause() {
  const std::lock_guard lock(mutex_);
  running_ = false;
}

void Disturbance::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    changed_.wait(lock, stop, [this] { return running_; });
    if (stop.stop_requested()) return;
    act_();
    changed_.wait_for(lock, stop, interval_, [] { return false; });
  }
}

std::unique_ptr<Disturbance> make_reloads(Balancer& balancer, const BalancerSettings& settings) {
  return std::make_unique<Disturbance>(100ms,
                                       [&balancer, config = test::load_config(file_of(settings))] {
                                         balancer.plant().configure(config);
                                       });
}

std::unique_ptr<Disturbance> make_scrapes(Balancer& balancer) {
  return std::make_unique<Disturbance>(1s, [&balancer] {
    const auto& services = balancer.plant().builder().services();
    std::uint64_t sum = 0;
    for (const control::ServiceView& service : services)
      for (const control::ServerView& server : service.servers) sum += test::totals(server).packets;
    for (std::size_t i = 0; i < datapath::verdict_count; ++i)
      sum += balancer.plant().total(static_cast<datapath::Verdict>(i));
    auto facts = metrics::sample_facts(
        static_cast<std::uint32_t>(services.size()),
        static_cast<std::uint32_t>(services.empty() ? 0 : services.front().servers.size()));
    facts.generation = sum;
    metrics::Exposition exposition(std::move(facts));
    while (exposition.next()) {
    }
  });
}

std::unique_ptr<Disturbance> make_sync_reader(Balancer& balancer) {
  return std::make_unique<Disturbance>(100us, [&crossing = balancer.plant().crossing(WorkerId(0))] {
    std::vector<datapath::FlowRecord> records(256);
    std::uint64_t told = crossing.flow_changes_told.load();
    while (const unsigned count = crossing.flow_changes.pop_some(records)) {
      told += count;
      crossing.flow_changes_told.store(told, std::memory_order_release);
    }
  });
}

}  // namespace drover::bench
