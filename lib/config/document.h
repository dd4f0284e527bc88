// SPDX-License-Identifier: BSD-3-Clause
// A YAML file as a tree that knows the position of every key and value.
//
// yaml-cpp's own tree keeps the last of two equal keys in silence, gives a missing key no position
// and an empty value the next line's; so the tree is built from its events instead. Aliases and
// merge keys (<<) are resolved here; what they unfold to is bounded.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "lib/config/position.h"

namespace drover::config {

struct Content;

// Cheap to copy; an alias shares its anchor's content and has its own position.
struct YamlNode {
  Position position;
  std::shared_ptr<const Content> content;
};

// Duplicates are kept, in the order of the file.
struct Entry {
  std::string key;
  Position position;  // the key's
  YamlNode value;
};

enum class Kind { empty, scalar, list, map };

struct Content {
  Kind kind = Kind::empty;
  std::string text;             // of a scalar
  bool quoted = false;          // a scalar in quotes or a block scalar is never a number
  std::vector<YamlNode> items;  // of a list
  std::vector<Entry> entries;   // of a map
  std::size_t size = 1;         // nodes in all, aliases unfolded
};

inline constexpr std::size_t deepest_nesting = 64;
inline constexpr std::size_t most_nodes = 1'000'000;

// The one document of the text; its error is the first, as YAML cannot be read on after it.
tl::expected<YamlNode, Finding> parse_document(std::string_view text);

}  // namespace drover::config
