// SPDX-License-Identifier: BSD-3-Clause
// A server that warms up gets as many new connections as one of its share of the weight would. Of
// those that the scheduler offers it, it takes its share by lot; the others go where they would go
// if it were at its upper threshold. So every scheduler ramps, and none knows of it. Schedulers
// that give one server all give this one its share of all.
#pragma once

#include <cstdint>

#include "lib/datapath/stages/ask_scheduler.h"

namespace drover::datapath::stages {

// Who gets a new connection that the scheduler would give to `picked`, which warms up. It gets it
// after all when nobody else can have it.
std::uint32_t pass_over_warming(const ServerRequest& request, std::uint32_t picked);

}  // namespace drover::datapath::stages
