// SPDX-License-Identifier: BSD-3-Clause
// DPDK for a test: started once a process, without hugepages, devices or files.
#pragma once

struct rte_mempool;

namespace drover::test {

// Starts EAL at the first call; aborts with a message when it does not start.
void start_eal();

// The one pool of mbufs that tests take frames from, made at the first call.
rte_mempool* frame_pool();

// Mbufs of that pool that nobody has freed.
unsigned frames_in_use();

}  // namespace drover::test
