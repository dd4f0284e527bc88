// SPDX-License-Identifier: BSD-3-Clause
// An lvs.cf taken apart into sections and assignments, as Piranha's parser does, but with all of
// its errors at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/import/imported.h"

namespace drover::config {

struct LvsAssignment {
  std::size_t line = 0;
  std::string key;
  std::vector<std::string> values;  // at least one
};

struct LvsSection {
  std::size_t line = 0;
  std::string kind;  // "" (the file), "virtual", "failover" or "server"
  std::string name;
  std::vector<LvsAssignment> assignments;  // in order; a later one of a key replaces an earlier one
  std::vector<LvsSection> sections;
  std::vector<std::string> blank;  // keys without a value: each is an error already

  const LvsAssignment* find(std::string_view key) const;  // the last one, or null
  bool lacks(std::string_view key) const;                 // neither given nor blank
};

// Keys are not looked at.
LvsSection read_lvs_cf(std::string_view text, std::vector<ImportNote>& errors);

}  // namespace drover::config
