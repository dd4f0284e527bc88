// SPDX-License-Identifier: BSD-3-Clause
// From the file, which is the same on every node, to the configuration of one node.
#pragma once

#include "lib/config/config.h"
#include "lib/config/context.h"
#include "lib/config/sections.h"
#include "lib/config/which_node.h"

namespace drover::config {

// Picks the node and its devices, and gives services whose servers stand in place pools of their
// own. What it cannot do, it tells the context.
Config assemble(Context& context, File file, const WhichNode& which);

}  // namespace drover::config
