// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/config/document.h"

namespace drover::config {

struct Difference {
  std::string path;                   // "pools.nginx.servers.nginx2.weight"
  std::optional<std::string> before;  // on one line of YAML; none: it is not there
  std::optional<std::string> after;
  friend bool operator==(const Difference&, const Difference&) = default;
};

// Sorted by path. What is in a list and has a name, an address or an id goes by that and not by its
// place; a changed order is a difference of the list as a whole.
std::vector<Difference> differences(const YamlNode& before, const YamlNode& after);

// "pools.nginx.servers.nginx2.weight: 1 -> 3"
std::string to_string(const Difference& difference);

}  // namespace drover::config
