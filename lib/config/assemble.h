// SPDX-License-Identifier: BSD-3-Clause
// From the file, which is the same on every node, to the configuration of one node.
#pragma once

#include <optional>
#include <string>

#include "lib/config/config.h"
#include "lib/config/context.h"
#include "lib/config/sections.h"

namespace drover::config {

// Which node the file is read on: --node, or else the host's name.
struct WhichNode {
  std::optional<std::string> option;
  std::string host_name;
  bool or_the_first = false;  // where neither names a node
};

// Picks the node and its devices, and gives services whose servers stand in place pools of their
// own. What it cannot do, it tells the context.
Config assemble(Context& context, File file, const WhichNode& which);

}  // namespace drover::config
