// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "lib/config/nearest.h"
#include "lib/config/values.h"

namespace drover::config {
namespace {

std::vector<std::string_view> names_of(const MapShape& shape) {
  std::vector<std::string_view> names;
  for (const auto& key : shape.keys) names.push_back(key.name);
  return names;
}

void tell_of_duplicate(Context& context, const Entry& entry, Position first) {
  context.error(entry.position, fmt::format("{} is given twice", in_quotes(entry.key)),
                fmt::format("the first is at {}:{}", first.line, first.column));
}

void tell_of_unknown(Context& context, const MapShape& shape, const Entry& entry) {
  const auto what = fmt::format("{} has no key {}", shape.what, in_quotes(entry.key));
  for (const auto& [key, why] : shape.absent)
    if (key == entry.key) return context.error(entry.position, what, std::string(why));
  context.error(entry.position, what, suggest(entry.key, names_of(shape), "its keys are"));
}

}  // namespace

bool walk_map(Context& context, const YamlNode& node, const MapShape& shape,
              const std::function<bool(std::size_t key, const YamlNode& value)>& read) {
  const auto names = names_of(shape);
  if (node.content->kind != Kind::map) {
    context.expected(node, fmt::format("a map with the keys {}", fmt::join(names, ", ")));
    return false;
  }

  std::map<std::string_view, const Entry*> found;
  std::set<std::string_view> mistyped;
  for (const Entry& entry : node.content->entries) {
    const auto [first, is_new] = found.emplace(entry.key, &entry);
    if (!is_new) {
      tell_of_duplicate(context, entry, first->second->position);
    } else if (std::find(names.begin(), names.end(), entry.key) == names.end()) {
      tell_of_unknown(context, shape, entry);
      mistyped.insert(nearest(entry.key, names));
    }
  }

  for (std::size_t key = 0; key < shape.keys.size(); ++key) {
    const auto& [name, required] = shape.keys[key];
    if (const auto given = found.find(name); given != found.end()) {
      const Context::Step step(context, std::string(name));
      const YamlNode& value = given->second->value;
      context.places().record(context.path(), value.position, read(key, value));
    } else if (required && !mistyped.contains(name)) {
      context.error(node.position, fmt::format("{} needs the key \"{}\"", shape.what, name));
    }
  }
  return true;
}

bool check_list(Context& context, const YamlNode& node, std::string_view what, std::size_t least,
                std::size_t most) {
  const std::size_t size = node.content->items.size();
  if (node.content->kind != Kind::list || size < least) {
    const auto at_least = least == 0 ? "" : fmt::format(", at least {}", least);
    context.expected(node, fmt::format("a list of {}{}", what, at_least));
    return false;
  }
  if (size > most) {
    context.error(node.position, fmt::format("{} is a list of {}, expected at most {}",
                                             context.label(), size, most));
    return false;
  }
  return true;
}

std::optional<std::vector<Entry>> named_entries(Context& context, const YamlNode& node,
                                                std::string_view what) {
  if (node.content->kind != Kind::map || node.content->entries.empty()) {
    context.expected(node, fmt::format("a map of {}, each under its name", what));
    return std::nullopt;
  }
  std::vector<Entry> entries;
  std::map<std::string_view, Position> found;
  for (const Entry& entry : node.content->entries) {
    const auto [first, is_new] = found.emplace(entry.key, entry.position);
    if (!is_new) {
      tell_of_duplicate(context, entry, first->second);
    } else if (!is_name(entry.key)) {
      context.error(entry.position, fmt::format("{} is no name", in_quotes(entry.key)),
                    std::string("a name has ") + name_rule);
    } else {
      entries.push_back(entry);
    }
  }
  return entries;
}

}  // namespace drover::config
