// SPDX-License-Identifier: BSD-3-Clause
// Every keyword of lvs.cf, and why drover has none like it where that is so.
#pragma once

#include <span>
#include <string_view>

namespace drover::config {

struct LvsKeyword {
  std::string_view name;
  std::string_view no_match;  // why; empty: the import makes something of it
  bool matters = false;       // what it did will be missed: a warning, too
  bool two_values = false;
};

std::span<const LvsKeyword> lvs_global_keywords();
std::span<const LvsKeyword> lvs_virtual_keywords();  // of `failover`, too
std::span<const LvsKeyword> lvs_server_keywords();

}  // namespace drover::config
