// SPDX-License-Identifier: BSD-3-Clause
#include "test/harness/test_eal.h"

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <sched.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace drover::test {
namespace {

constexpr unsigned pool_frames = 4095;

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, rte_strerror(rte_errno));
  std::abort();
}

bool init(const std::vector<std::string>& memory) {
  cpu_set_t affinity;
  sched_getaffinity(0, sizeof affinity, &affinity);
  int cpu = 0;
  while (CPU_ISSET(cpu, &affinity) == 0) ++cpu;
  // EAL keeps pointers into its arguments.
  static std::vector<std::string> arguments = {"test",
                                               "--no-pci",
                                               "--no-shconf",
                                               "--no-telemetry",
                                               "--log-level=*:error",
                                               "--lcores",
                                               "0@" + std::to_string(cpu)};
  arguments.insert(arguments.end(), memory.begin(), memory.end());
  static std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  if (rte_eal_init(static_cast<int>(argv.size()), argv.data()) < 0) give_up("rte_eal_init");
  // It has pinned this thread, and later threads would inherit that.
  sched_setaffinity(0, sizeof affinity, &affinity);
  return true;
}

rte_mempool* make_pool() {
  start_eal();
  rte_mempool* pool = rte_pktmbuf_pool_create("test_frames", pool_frames, 0, 0,
                                              RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
  if (pool == nullptr) give_up("rte_pktmbuf_pool_create");
  return pool;
}

}  // namespace

void start_eal(const std::vector<std::string>& memory) {
  [[maybe_unused]] static const bool started = init(memory);
}

rte_mempool* frame_pool() {
  static rte_mempool* const pool = make_pool();
  return pool;
}

unsigned frames_in_use() {
  return rte_mempool_in_use_count(frame_pool());
}

}  // namespace drover::test
