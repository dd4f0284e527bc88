// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/tree.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace drover::config {
namespace {

YamlNode sized(Content content, Position position) {
  content.size = 1;
  for (const YamlNode& item : content.items) content.size += item.content->size;
  for (const Entry& entry : content.entries) content.size += entry.value.content->size;
  return {position, std::make_shared<const Content>(std::move(content))};
}

}  // namespace

const YamlNode* find(const YamlNode& map, std::string_view key) {
  const auto& entries = map.content->entries;
  const auto entry = std::ranges::find(entries, key, &Entry::key);
  return entry == entries.end() ? nullptr : &entry->value;
}

std::string_view text_at(const YamlNode& map, std::string_view key) {
  const YamlNode* value = find(map, key);
  if (value == nullptr || value->content->kind != Kind::scalar) return {};
  return value->content->text;
}

YamlNode make_scalar(std::string text) {
  Content content;
  content.kind = Kind::scalar;
  content.text = std::move(text);
  return sized(std::move(content), {});
}

YamlNode make_list(std::vector<YamlNode> items, Position position) {
  Content content;
  content.kind = Kind::list;
  content.items = std::move(items);
  return sized(std::move(content), position);
}

YamlNode with(const YamlNode& map, std::string_view key, YamlNode value) {
  Content content = *map.content;
  const auto entry = std::ranges::find(content.entries, key, &Entry::key);
  if (entry != content.entries.end())
    entry->value = std::move(value);
  else
    content.entries.push_back({std::string(key), map.position, std::move(value)});
  return sized(std::move(content), map.position);
}

YamlNode without(const YamlNode& map, std::string_view key) {
  Content content = *map.content;
  std::erase_if(content.entries, [&](const Entry& entry) { return entry.key == key; });
  return sized(std::move(content), map.position);
}

bool quotes_matter(std::string_view text) {
  for (const char* word : {"true", "false", "null", "Null", "NULL", "~"})
    if (text == word) return true;
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool same(const YamlNode& a, const YamlNode& b) {
  if (a.content == b.content) return true;
  const Content& left = *a.content;
  const Content& right = *b.content;
  if (left.kind != right.kind || left.text != right.text ||
      (left.quoted != right.quoted && quotes_matter(left.text)) ||
      left.entries.size() != right.entries.size())
    return false;
  return std::ranges::equal(left.items, right.items, same) &&
         std::ranges::all_of(left.entries, [&](const Entry& entry) {
           const YamlNode* other = find(b, entry.key);
           return other != nullptr && same(entry.value, *other);
         });
}

}  // namespace drover::config
