// SPDX-License-Identifier: BSD-3-Clause
// EAL's start, which a process has once: the memory, the threads and the pool that come of it.
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <sched.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <vector>

#include "drivers/driver_log.h"
#include "drivers/eal.h"
#include "drivers/ethdev.h"
#include "drivers/hotplug.h"
#include "drivers/mempool.h"
#include "test/unit/catch.h"

namespace drover {
namespace {

std::vector<unsigned> my_cpus() {
  cpu_set_t set;
  REQUIRE(sched_getaffinity(0, sizeof set, &set) == 0);
  std::vector<unsigned> cpus;
  for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  return cpus;
}

// Every frame that the pool holds.
std::vector<rte_mbuf*> take_all(rte_mempool& pool, unsigned count) {
  std::vector<rte_mbuf*> frames(count);
  REQUIRE(rte_pktmbuf_alloc_bulk(&pool, frames.data(), count) == 0);
  return frames;
}

}  // namespace

TEST_CASE("EAL starts, and its parts are as the drivers need them", "[eal]") {
  const auto cpus = my_cpus();
  EalSettings settings;
  settings.worker_cpus = {cpus.back() + 1};
  const auto elsewhere = Eal::start(settings);
  REQUIRE_FALSE(elsewhere);
  CHECK(elsewhere.error().where == "workers");

  settings.worker_cpus = {cpus.back()};
  settings.megabytes = 1'000'000'000;
  const auto too_much = Eal::start(settings);
  REQUIRE_FALSE(too_much);
  CHECK(too_much.error().where == "memory");

  const MempoolSettings frames{.frames = 1000};
  settings.megabytes = mempool_megabytes(frames) + 16;
  const auto eal = Eal::start(settings);
  REQUIRE(eal);

  // The main thread may still run wherever it might; worker 0 stands on its CPU.
  CHECK(my_cpus() == cpus);
  const auto on_worker = [](void* to) {
    cpu_set_t set;
    sched_getaffinity(0, sizeof set, &set);
    *static_cast<int*>(to) = CPU_COUNT(&set) == 1 ? sched_getcpu() : -1;
    return 0;
  };
  int worker_cpu = -1;
  REQUIRE(rte_eal_remote_launch(on_worker, &worker_cpu, Eal::worker_lcore(0)) == 0);
  rte_eal_wait_lcore(Eal::worker_lcore(0));
  CHECK(worker_cpu == static_cast<int>(cpus.back()));
  CHECK_FALSE(std::filesystem::exists("/run/dpdk/rte/config"));

  // All frames lie in one piece of memory, without a gap.
  MempoolSettings pool_settings = frames;
  pool_settings.hugepages = !(*eal)->runs_without_hugepages();
  const auto pool = make_mempool(pool_settings);
  REQUIRE(pool);
  auto all = take_all(**pool, frames.frames);
  std::sort(all.begin(), all.end());
  // The UMEM is as long as the objects are together: the last one lies within.
  const std::size_t object = rte_mempool_calc_obj_size((*pool)->elt_size, (*pool)->flags, nullptr);
  CHECK(static_cast<std::size_t>(reinterpret_cast<char*>(all.back()) -
                                 reinterpret_cast<char*>(all.front())) ==
        object * (frames.frames - 1));
  if (!pool_settings.hugepages) {
    CHECK(object == 4096);
    CHECK(reinterpret_cast<std::uintptr_t>(all[0]) % 4096 == 64);  // after the object's header
  }
  CHECK(all[0]->buf_len - RTE_PKTMBUF_HEADROOM - 128 >=
        longest_af_xdp_frame(pool_settings.hugepages));
  CHECK(rte_pktmbuf_priv_size(pool->get()) == 0);
  rte_pktmbuf_free_bulk(all.data(), frames.frames);

  // A ring device has queues and returns what it sends.
  const auto device = HotplugDevice::probe("port", "net_ring0");
  REQUIRE(device);
  {
    EthdevSettings ethdev_settings;
    ethdev_settings.port = device->port();
    ethdev_settings.queues = 64;
    ethdev_settings.mempool = pool->get();
    const auto ethdev = Ethdev::start(ethdev_settings);
    REQUIRE(ethdev);
    CHECK((*ethdev)->driver() == "net_ring");
    CHECK((*ethdev)->queues() >= 1);
    CHECK((*ethdev)->queues() < 64);
    CHECK((*ethdev)->mtu() == 1500);
    CHECK((*ethdev)->link_up());
    rte_mbuf* frame = rte_pktmbuf_alloc(pool->get());
    rte_pktmbuf_append(frame, 60);
    REQUIRE(rte_eth_tx_burst(device->port(), 0, &frame, 1) == 1);
    frame = nullptr;
    REQUIRE(rte_eth_rx_burst(device->port(), 0, &frame, 1) == 1);
    CHECK(rte_pktmbuf_pkt_len(frame) == 60);
    rte_pktmbuf_free(frame);
    CHECK((*ethdev)->stats().rx_packets == 1);
    CHECK((*ethdev)->stats().tx_packets == 1);
  }

  // Several queues share a device's flows by RSS, on addresses and ports; one queue needs none.
  for (std::uint16_t queues = 1; queues <= 2; ++queues) {
    const auto card = HotplugDevice::probe("card", "net_null0");
    REQUIRE(card);
    const auto ethdev =
        Ethdev::start({.port = card->port(), .queues = queues, .mempool = pool->get()});
    REQUIRE(ethdev);
    CHECK((*ethdev)->queues() == queues);
    rte_eth_conf conf{};
    REQUIRE(rte_eth_dev_conf_get(card->port(), &conf) == 0);
    CHECK(((conf.rxmode.mq_mode & RTE_ETH_MQ_RX_RSS_FLAG) != 0) == (queues > 1));
    for (const std::uint64_t of : {RTE_ETH_RSS_NONFRAG_IPV4_TCP, RTE_ETH_RSS_NONFRAG_IPV4_UDP,
                                   RTE_ETH_RSS_NONFRAG_IPV6_TCP, RTE_ETH_RSS_NONFRAG_IPV6_UDP})
      CHECK((conf.rx_adv_conf.rss_conf.rss_hf & of) != 0);
  }

  EthdevSettings missing;
  missing.port = 7;
  CHECK(Ethdev::start(missing).error().what.starts_with("DPDK has no such port"));

  const auto too_large = make_mempool({.frames = 10'000'000});
  REQUIRE_FALSE(too_large);
  CHECK(too_large.error().where == "frames");
}

}  // namespace drover
