// SPDX-License-Identifier: BSD-3-Clause
// Plays a golden case through the data path.
#pragma once

#include <optional>
#include <string>

#include "test/golden/golden_case.h"

namespace drover::test {

struct PlayMode {
  std::uint16_t workers = 1;
  // Frames that come in at the same time are given in one burst, else each in one of its own.
  bool bursts = false;
};
std::string to_string(const PlayMode& mode);

struct Played {
  std::optional<std::string> difference;  // the first, as a person reads it
  std::string counters;                   // at the end, as counters.txt has them
};

Played play(const GoldenCase& golden, const PlayMode& mode);

}  // namespace drover::test
