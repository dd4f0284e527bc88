// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/differences.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "lib/config/emit.h"
#include "lib/config/tree.h"

namespace drover::config {
namespace {

// What a list's item goes by; empty when it has nothing of the kind.
std::string_view identity(const YamlNode& item) {
  for (const char* key : {"name", "address", "id"})
    if (const auto text = text_at(item, key); !text.empty()) return text;
  return {};
}

// Of all items, when each has its own; else empty.
std::vector<std::string_view> identities(const YamlNode& list) {
  std::vector<std::string_view> names;
  for (const YamlNode& item : list.content->items) {
    const auto name = identity(item);
    if (name.empty() || std::ranges::find(names, name) != names.end()) return {};
    names.push_back(name);
  }
  return names;
}

class Comparison {
 public:
  std::vector<Difference> found;

  void compare(const std::string& path, const YamlNode* before, const YamlNode* after) {
    if (before != nullptr && after != nullptr) {
      if (same(*before, *after)) return;
      if (are_both(Kind::map, *before, *after)) return compare_maps(path, *before, *after);
      if (are_both(Kind::list, *before, *after) && compare_named_items(path, *before, *after))
        return;
    }
    found.push_back({path, shown(before), shown(after)});
  }

 private:
  static bool are_both(Kind kind, const YamlNode& a, const YamlNode& b) {
    return a.content->kind == kind && b.content->kind == kind;
  }

  static std::optional<std::string> shown(const YamlNode* node) {
    return node == nullptr ? std::nullopt : std::optional(emit_on_one_line(*node));
  }

  static std::string below(const std::string& path, std::string_view key) {
    return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
  }

  void compare_maps(const std::string& path, const YamlNode& before, const YamlNode& after) {
    for (const Entry& entry : before.content->entries)
      compare(below(path, entry.key), &entry.value, find(after, entry.key));
    for (const Entry& entry : after.content->entries)
      if (find(before, entry.key) == nullptr)
        compare(below(path, entry.key), nullptr, &entry.value);
  }

  // False when the items have no identities.
  bool compare_named_items(const std::string& path, const YamlNode& before, const YamlNode& after) {
    const auto old_names = identities(before);
    const auto new_names = identities(after);
    if (old_names.size() != before.content->items.size() ||
        new_names.size() != after.content->items.size())
      return false;
    const auto item = [](const YamlNode& list, const std::vector<std::string_view>& names,
                         std::string_view name) -> const YamlNode* {
      const auto at = std::ranges::find(names, name);
      return at == names.end() ? nullptr
                               : &list.content->items[static_cast<std::size_t>(at - names.begin())];
    };
    for (const std::string_view name : old_names)
      compare(below(path, name), item(before, old_names, name), item(after, new_names, name));
    for (const std::string_view name : new_names)
      if (item(before, old_names, name) == nullptr)
        compare(below(path, name), nullptr, item(after, new_names, name));
    compare_order(path, old_names, new_names);
    return true;
  }

  void compare_order(const std::string& path, std::vector<std::string_view> before,
                     std::vector<std::string_view> after) {
    const auto keep_common = [](auto& names, const auto& others) {
      std::erase_if(names, [set = std::set(others.begin(), others.end())](std::string_view name) {
        return !set.contains(name);
      });
    };
    const auto all_before = before;
    keep_common(before, after);
    keep_common(after, all_before);
    if (before != after)
      found.push_back({below(path, "(order)"), fmt::format("{}", fmt::join(before, ", ")),
                       fmt::format("{}", fmt::join(after, ", "))});
  }
};

}  // namespace

std::vector<Difference> differences(const YamlNode& before, const YamlNode& after) {
  Comparison comparison;
  comparison.compare("", &before, &after);
  std::ranges::sort(comparison.found, {}, &Difference::path);
  return std::move(comparison.found);
}

std::string to_string(const Difference& difference) {
  return fmt::format("{}: {} -> {}", difference.path, difference.before.value_or("not set"),
                     difference.after.value_or("not set"));
}

}  // namespace drover::config
