// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>

namespace drover::config {

// Which node the file is read on: --node, or else the host's name.
struct WhichNode {
  std::optional<std::string> option;
  std::string host_name;
  bool or_the_first = false;  // where neither names a node
};

}  // namespace drover::config
