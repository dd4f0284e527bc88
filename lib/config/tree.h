// SPDX-License-Identifier: BSD-3-Clause
// Looking into a file's tree and making changed copies of it. A tree itself never changes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/config/document.h"

namespace drover::config {

// The value of a map's key, or null: no map, or no such key.
const YamlNode* find(const YamlNode& map, std::string_view key);
// Of a scalar that is the value of a map's key; else empty.
std::string_view text_at(const YamlNode& map, std::string_view key);

YamlNode make_scalar(std::string text);
YamlNode make_list(std::vector<YamlNode> items, Position position = {});

// The same map with this value, in the place of the old one or behind all others.
YamlNode with(const YamlNode& map, std::string_view key, YamlNode value);
YamlNode without(const YamlNode& map, std::string_view key);

// Whether a text in quotes reads otherwise than without them: a number, a keyword, nothing.
bool quotes_matter(std::string_view text);

// Whether they say the same, wherever they stand; the order of a map's keys does not count.
bool same(const YamlNode& a, const YamlNode& b);

}  // namespace drover::config
