// SPDX-License-Identifier: BSD-3-Clause
// What of the file only a start of the daemon can act on, in one place: what can change live one
// day has its line deleted here.
#pragma once

#include <string>
#include <vector>

#include "lib/config/config.h"
#include "lib/config/document.h"

namespace drover::config {

// The keys of the file whose values differ in a way that takes a restart: "ports", "workers".
std::vector<std::string> needs_restart(const Config& started, const Config& wanted);

// `wanted` with the values that `started` has for these keys.
YamlNode keep_started(YamlNode wanted, const YamlNode& started,
                      const std::vector<std::string>& keys);

}  // namespace drover::config
