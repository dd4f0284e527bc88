// SPDX-License-Identifier: BSD-3-Clause
// Tables of keys alone: what is written, and what is complained of.
#pragma once

#include <string>
#include <vector>

#include "test/unit/catch.h"
#include "test/unit/config/support.h"

namespace drover::config {

struct KeyCase {
  std::string text;
  std::string complaint;  // empty: the text is right
};

inline void check(const std::string& before, const std::vector<KeyCase>& cases,
                  const std::string& after) {
  for (const KeyCase& one : cases) {
    INFO(one.text);
    CHECK(complaints(before + one.text + after) ==
          (one.complaint.empty() ? Lines{} : Lines{one.complaint}));
  }
}

}  // namespace drover::config
