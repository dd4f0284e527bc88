// SPDX-License-Identifier: BSD-3-Clause
// A server that warms up gets a share of the connections that the scheduler would give it; the
// others go where they would go if it were at its upper threshold. So every scheduler ramps, and
// none knows of it.
#pragma once

#include <cstdint>

#include "lib/datapath/stages/ask_scheduler.h"

namespace drover::datapath::stages {

// Who gets a new connection that the scheduler would give to `picked`, which warms up. It gets it
// after all when nobody else can have it.
std::uint32_t pass_over_warming(const ServerRequest& request, std::uint32_t picked);

}  // namespace drover::datapath::stages
