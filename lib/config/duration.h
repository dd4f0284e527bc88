// SPDX-License-Identifier: BSD-3-Clause
// Durations as the file writes them: a whole number and a unit ("500ms", "2s", "5m", "1h", "1d").
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace drover::config {

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// In the largest unit that divides it; parse_duration() reads it back.
std::string to_string(std::chrono::milliseconds duration);

}  // namespace drover::config
