// SPDX-License-Identifier: BSD-3-Clause
// The bytes of a configuration file, and whether they are text at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/config/position.h"

namespace drover::config {

inline constexpr std::size_t largest_file = std::size_t{8} << 20;

Result<std::string> read_file(const std::string& path);

// Only root can have written the file: what it says may be run.
bool is_only_roots(const std::string& path);

// The first byte that is no UTF-8 or no character of a text file.
std::optional<Finding> find_binary(std::string_view text);

}  // namespace drover::config
