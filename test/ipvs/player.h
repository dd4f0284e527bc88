// SPDX-License-Identifier: BSD-3-Clause
// Plays a recording to the data path: one worker, IPVS's settings, its list of servers reversed
// (IPVS puts a new server at the head, and walks from there).
#pragma once

#include <string>

#include "test/ipvs/recording.h"

namespace drover::test {

// The first difference, as a person reads it; empty when there is none.
std::string play(const Recording& recording);

}  // namespace drover::test
