// SPDX-License-Identifier: BSD-3-Clause
// The one way from a file to a Config: all its errors at once, each with file:line:column.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/config/document.h"
#include "lib/config/places.h"
#include "lib/config/which_node.h"

namespace drover::config {

struct Loaded {
  Config config;
  YamlNode document;  // what it was read from
  Errors warnings;
  Places places;  // for errors found later: places.where("ports[0].device")
};

// `node_name` is --node's; without it the host's name (or its first label) picks the node.
ResultOrErrors<Loaded> load(const std::string& path, const std::optional<std::string>& node_name,
                            const std::string& host_name);

// The same on whatever host: the file must be right for each of its nodes. Gives the first one's.
ResultOrErrors<Loaded> load_for_every_node(const std::string& path);

// The same for a text; `file_name` is what its errors are said to be in.
ResultOrErrors<Loaded> parse(std::string_view text, const std::string& file_name,
                             const std::optional<std::string>& node_name,
                             const std::string& host_name);

// The same for a text that has become a tree, perhaps a changed one.
ResultOrErrors<Loaded> read(const YamlNode& document, const std::string& file_name,
                            const WhichNode& which);

}  // namespace drover::config
