// SPDX-License-Identifier: BSD-3-Clause
// Where in the file something stands, and what was found there.
#pragma once

#include <compare>
#include <string>

namespace drover::config {

// Both count from 1, columns in bytes; line 0 is the file as a whole.
struct Position {
  int line = 0;
  int column = 0;
  friend auto operator<=>(Position, Position) = default;
};

// An error or a warning that does not know yet which file it is about.
struct Finding {
  Position position;
  std::string what;
  std::string remedy;
  friend auto operator<=>(const Finding&, const Finding&) = default;
};

// "FILE:LINE:COLUMN", or "FILE".
std::string where(const std::string& file, Position position);

}  // namespace drover::config
