// SPDX-License-Identifier: BSD-3-Clause
// What the file may say that this version of the daemon does not do yet, in one place: a later
// version deletes lines here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace drover::config {

struct NotActedOn {
  std::string_view section;  // MapShape::what of the map that holds the key
  std::string_view key;
  std::string_view consequence;  // what happens instead
};

// The line about this key, or null when the daemon acts on it.
const NotActedOn* not_acted_on(std::string_view section, std::string_view key);

}  // namespace drover::config
