// SPDX-License-Identifier: BSD-3-Clause
#include "bench/datapath/two_workers.h"

#include <algorithm>
#include <atomic>
#include <thread>

namespace drover::bench {
namespace {

BalancerSettings with_two_workers(BalancerSettings settings) {
  settings.workers = 2;
  return settings;
}

}  // namespace

TwoWorkers::TwoWorkers(BalancerSettings balancer, TrafficSettings traffic)
    : balancer_(with_two_workers(std::move(balancer))) {
  traffic.flows /= 2;
  for (std::uint16_t i = 0; i < 2; ++i) {
    sides_[i] = std::make_unique<Side>(traffic, balancer_.plant().port(PortId(0)), i);
    open(WorkerId(i), traffic.flows);
  }
}

Run TwoWorkers::first_alone() {
  return [this](std::uint64_t packets) { pass(WorkerId(0), packets); };
}

Run TwoWorkers::both() {
  return [this](std::uint64_t packets) {
    std::atomic<bool> done = false;
    std::jthread second([&] {
      while (!done) pass(WorkerId(1), Wire::burst * 64);
    });
    pass(WorkerId(0), packets);
    done = true;
  };
}

void TwoWorkers::open(WorkerId worker, std::uint32_t flows) {
  Side& side = *sides_.at(worker.value());
  for (const bool opens : {true, false})
    for (std::uint32_t number = 0; number < flows;) {
      side.wire.exchange([&](rte_mbuf* frame) {
        const std::uint32_t flow = std::min(number++, flows - 1);
        opens ? side.traffic.write_opening(frame, flow)
              : side.traffic.write_established(frame, flow);
      });
      balancer_.turn(worker);
    }
}

void TwoWorkers::pass(WorkerId worker, std::uint64_t packets) {
  Side& side = *sides_.at(worker.value());
  const auto write = [&side](rte_mbuf* frame) { side.traffic.write_next(frame); };
  side.wire.fill(write);
  for (std::uint64_t done = 0; done < packets; done += Wire::burst) {
    balancer_.turn(worker);
    side.wire.exchange(write);
  }
}

}  // namespace drover::bench
