// SPDX-License-Identifier: BSD-3-Clause
#include "apps/droverd/core_choice.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>

namespace drover {

Result<CoreChoice> choose_cores(const config::Workers& workers,
                                const std::vector<unsigned>& allowed,
                                const NumaPlacement& placement) {
  CoreChoice choice;
  if (workers.cores.empty()) {
    if (workers.count > allowed.size())
      return failure("workers",
                     fmt::format("{} workers, but this process may use {} processors only",
                                 workers.count, allowed.size()),
                     fmt::format("set workers: {} or less", allowed.size()));
    std::vector<unsigned> best(allowed.rbegin(), allowed.rend());
    std::ranges::stable_partition(best, [&](unsigned core) { return placement.is_near(core); });
    choice.workers.assign(best.begin(), best.begin() + workers.count);
  } else {
    for (const unsigned core : workers.cores)
      if (!std::ranges::binary_search(allowed, core))
        return failure("workers", fmt::format("this process may not use core {}", core),
                       fmt::format("it may use {}", fmt::join(allowed, ", ")));
    choice.workers = workers.cores;
  }
  std::ranges::copy_if(allowed, std::back_inserter(choice.control), [&](unsigned core) {
    return std::ranges::find(choice.workers, core) == choice.workers.end();
  });
  if (choice.control.empty()) choice.control = allowed;
  return choice;
}

std::vector<unsigned> allowed_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  std::vector<unsigned> cores;
  for (unsigned core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  return cores;
}

}  // namespace drover
