// SPDX-License-Identifier: BSD-3-Clause
// Plays a recording to the data path: one worker, IPVS's settings, its list of servers reversed
// (IPVS puts a new server at the head, and walks from there).
#pragma once

#include <string>

#include "test/ipvs/recording.h"

namespace drover::test {

// Of the schedulers that go by one of the kernel's hash functions.
enum class HashedChoices {
  alike,  // what sticks together, and how even the shares are
  same    // each choice
};

// The first difference, as a person reads it; empty when there is none.
std::string play(const Recording& recording, HashedChoices hashed);

}  // namespace drover::test
