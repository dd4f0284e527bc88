// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "lib/control/plant.h"

namespace drover::control {

// A sentence for each worker that runs at another NUMA node than a port: each of its frames crosses
// the link between the two.
std::vector<std::string> far_workers(const Plant& plant);

}  // namespace drover::control
