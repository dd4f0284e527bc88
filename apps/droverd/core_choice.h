// SPDX-License-Identifier: BSD-3-Clause
// Which processors the workers and the control thread run on.
#pragma once

#include <vector>

#include "apps/droverd/numa_placement.h"
#include "lib/base/result.h"
#include "lib/config/config.h"

namespace drover {

struct CoreChoice {
  std::vector<unsigned> workers;
  std::vector<unsigned> control;  // what the workers leave free, or all when they leave none
};

// `allowed`: the processors that this process may use, ascending. Workers get the file's cores, or
// the last ones of those that are near the ports, since the first serves most interrupts, then the
// last of the others.
Result<CoreChoice> choose_cores(const config::Workers& workers,
                                const std::vector<unsigned>& allowed,
                                const NumaPlacement& placement);

std::vector<unsigned> allowed_cores();

}  // namespace drover
