// SPDX-License-Identifier: BSD-3-Clause
// The daemon's log: stderr, with a time on a terminal and journald's priority prefix ("<6>") off
// it.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "lib/base/result.h"

namespace drover::log {

enum class Level { debug, info, warning, error };

// "debug", "info", "warning" or "error"; anything else is an error that lists them.
Result<Level> parse_level(std::string_view name);

// Call once, before any thread starts. Without it only warnings and errors are written.
void start(Level least);

// Any thread but a worker's: it may block on stderr.
void write(Level level, std::string_view message);
bool enabled(Level level);

template <class... Arguments>
void debug(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  if (enabled(Level::debug))
    write(Level::debug, fmt::format(text, std::forward<Arguments>(arguments)...));
}
template <class... Arguments>
void info(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  if (enabled(Level::info))
    write(Level::info, fmt::format(text, std::forward<Arguments>(arguments)...));
}
template <class... Arguments>
void warning(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  write(Level::warning, fmt::format(text, std::forward<Arguments>(arguments)...));
}
template <class... Arguments>
void error(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  write(Level::error, fmt::format(text, std::forward<Arguments>(arguments)...));
}

}  // namespace drover::log
