// SPDX-License-Identifier: BSD-3-Clause
#include "apps/droverd/worker_pool.h"

#include <fmt/format.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <sys/random.h>

#include <optional>
#include <utility>

#include "apps/droverd/table_allocation.h"
#include "lib/base/log.h"
#include "lib/control/table_sizes.h"

namespace drover {
namespace {

control::TableSizes sizes_of(const config::Config& config) {
  return control::table_sizes(config, config.workers.count);
}

flow::HashSeed random_seed() {
  flow::HashSeed seed;
  if (getrandom(&seed, sizeof seed, 0) != sizeof seed) seed = {.first = 1, .second = 2};
  return seed;
}

// Of a worker that has no queue of its own on a port, another one sends.
datapath::TransmitPath path_of(std::size_t worker, const Ethdev& port,
                               const std::vector<datapath::Crossing*>& crossings) {
  if (worker < port.queues())
    return {.ethdev = port.port(), .queue = static_cast<std::uint16_t>(worker)};
  return {.ethdev = port.port(),
          .queue = std::nullopt,
          .other_worker = &crossings[worker % port.queues()]->outbound};
}

}  // namespace

struct WorkerPool::One {
  explicit One(Doorbell& control) : crossing(control) {}
  ~One() {
    rte_mbuf* frame = nullptr;
    while (crossing.to_kernel.pop_some({&frame, 1}) == 1) rte_pktmbuf_free(frame);
    while (crossing.outbound.pop_some({&frame, 1}) == 1) rte_pktmbuf_free(frame);
    datapath::Handover handover;
    while (crossing.handovers.pop_some({&handover, 1}) == 1) rte_pktmbuf_free(handover.frame);
  }

  datapath::WorkerCounters counters;
  datapath::Crossing crossing;
  TableAllocation table_v4;
  TableAllocation table_v6;
  std::optional<datapath::Worker> worker;
  unsigned lcore = 0;
  unsigned core = 0;
  const std::atomic<bool>* stop = nullptr;
};

std::uint64_t WorkerPool::table_megabytes(const config::Config& config) {
  const control::TableSizes sizes = sizes_of(config);
  return (sizes.v4 + sizes.v6) * config.workers.count / (std::uint64_t{1} << 20);
}

Result<std::unique_ptr<WorkerPool>> WorkerPool::make(const Settings& settings) {
  std::unique_ptr<WorkerPool> pool(new WorkerPool());
  const config::Config& config = settings.config;
  std::vector<datapath::Crossing*> crossings;
  for (std::size_t i = 0; i < settings.cores.size(); ++i) {
    pool->workers_.push_back(std::make_unique<One>(settings.control));
    crossings.push_back(&pool->workers_.back()->crossing);
  }
  const flow::HashSeed seed = random_seed();
  for (std::size_t i = 0; i < pool->workers_.size(); ++i) {
    One& one = *pool->workers_[i];
    const control::TableSizes sizes = sizes_of(config);
    one.table_v4 = TableAllocation::make<flow::ConnectionTableV4>(sizes.v4, settings.eal);
    one.table_v6 = TableAllocation::make<flow::ConnectionTableV6>(sizes.v6, settings.eal);
    if (one.table_v4.bytes().empty() || one.table_v6.bytes().empty())
      return failure(
          "connections",
          fmt::format("no {} MB of memory for the tables of a worker", (sizes.v4 + sizes.v6) >> 20),
          "reserve more hugepages or lower connections");
    datapath::WorkerSettings worker{
        .id = WorkerId(static_cast<std::uint16_t>(i)),
        .receive = {},
        .transmit = {},
        .tables = {.v4 = one.table_v4.bytes(), .v6 = one.table_v6.bytes()},
        .seed = seed,
        .mempool = settings.mempool,
        .workers = crossings,
        .sleeps_when_idle = config.idle == config::Idle::adaptive};
    for (std::size_t port = 0; port < settings.ports.size(); ++port) {
      const Ethdev& ethdev = *settings.ports[port];
      worker.transmit.push_back(path_of(i, ethdev, crossings));
      if (i < ethdev.queues())
        worker.receive.push_back({PortId(static_cast<std::uint8_t>(port)), ethdev.port(),
                                  static_cast<std::uint16_t>(i)});
    }
    one.core = settings.cores[i];
    one.lcore = Eal::worker_lcore(static_cast<unsigned>(i));
    one.stop = &pool->stop_;
    one.worker.emplace(std::move(worker), settings.snapshots, one.crossing, one.counters);
  }
  return pool;
}

void WorkerPool::launch() {
  launched_ = true;
  for (const auto& one : workers_)
    rte_eal_remote_launch(
        [](void* argument) {
          auto* self = static_cast<One*>(argument);
          self->worker->run(*self->stop);
          return 0;
        },
        one.get(), one->lcore);
}

WorkerPool::~WorkerPool() {
  stop_.store(true, std::memory_order_relaxed);
  if (!launched_) return;
  for (const auto& one : workers_) rte_eal_wait_lcore(one->lcore);
}

std::vector<control::PlantWorker> WorkerPool::handles() const {
  std::vector<control::PlantWorker> handles;
  for (const auto& one : workers_)
    handles.push_back({&one->crossing, &one->counters, one->lcore, one->core});
  return handles;
}

std::string WorkerPool::table_pages() const {
  const One& first = *workers_.front();
  const bool is_v4 = first.table_v4.bytes().size() >= first.table_v6.bytes().size();
  return (is_v4 ? first.table_v4 : first.table_v6).pages();
}

std::uint64_t WorkerPool::table_capacity() const {
  std::uint64_t capacity = 0;
  for (const auto& one : workers_) capacity += one->worker->table_capacity();
  return capacity;
}

}  // namespace drover
