// SPDX-License-Identifier: BSD-3-Clause
// DPDK for a test: started once a process, without hugepages, devices or files.
#pragma once

#include <string>
#include <vector>

struct rte_mempool;

namespace drover::test {

// Starts EAL at the first call, which may give it options for its memory instead of the usual
// ones; aborts with a message when it does not start.
void start_eal(const std::vector<std::string>& memory = {"--no-huge", "-m", "64"});

// The one pool of mbufs that tests take frames from, made at the first call.
rte_mempool* frame_pool();

// Mbufs of that pool that nobody has freed.
unsigned frames_in_use();

}  // namespace drover::test
