// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/emit.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "lib/config/tree.h"

namespace drover::config {
namespace {

constexpr std::size_t widest_line = 100;

bool is_word(std::string_view text) {
  const auto fits = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._/-+").find(static_cast<char>(c)) != std::string_view::npos;
  };
  // What YAML or people could take for something else: "-", "---", "...".
  const bool says_something = std::ranges::any_of(
      text, [](unsigned char c) { return c != '.' && c != '-' && c != '+' && c != '/'; });
  return says_something && text.front() != '-' && std::ranges::all_of(text, fits);
}

std::string in_quotes(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      quoted += {'\\', c};
    else if (static_cast<unsigned char>(c) < ' ' || c == '\x7f')
      fmt::format_to(std::back_inserter(quoted), "\\x{:02x}", static_cast<unsigned char>(c));
    else
      quoted += c;
  }
  return quoted + "\"";
}

std::string scalar(std::string_view text, bool quoted) {
  return !is_word(text) || (quoted && quotes_matter(text)) ? in_quotes(text) : std::string(text);
}

bool is_container(const YamlNode& node) {
  return node.content->kind == Kind::list || node.content->kind == Kind::map;
}

// Lists of maps, and maps of maps, are what a reader looks for at the line's beginning.
bool holds_maps(const YamlNode& node) {
  const auto is_map = [](const YamlNode& each) { return each.content->kind == Kind::map; };
  const Content& content = *node.content;
  if (std::ranges::any_of(content.items, is_map)) return true;
  const bool all_maps =
      !content.entries.empty() && std::ranges::all_of(content.entries, is_map, &Entry::value);
  return all_maps || std::ranges::any_of(content.items, holds_maps) ||
         std::ranges::any_of(content.entries, holds_maps, &Entry::value);
}

class Writer {
 public:
  std::string text() && { return std::move(text_); }

  // `column`: where the node's own lines begin; the text so far ends where its first line does.
  void write(const YamlNode& node, std::size_t column, bool after_key) {
    const Content& content = *node.content;
    const bool empty = content.items.empty() && content.entries.empty();
    const std::string line = emit_on_one_line(node);
    const bool fits = used() + line.size() + 1 <= widest_line;
    const bool root = column == 0 && !after_key;
    if (!is_container(node) || empty || (!root && fits && may_be_flow(node, after_key))) {
      text_ += (after_key ? " " : "") + line + "\n";
      return;
    }
    if (after_key) text_ += "\n";
    bool first = !after_key;
    for (const YamlNode& item : content.items) {
      start_line(column, first);
      text_ += "- ";
      write(item, column + 2, false);
    }
    for (const Entry& entry : content.entries) {
      start_line(column, first);
      text_ += scalar(entry.key, false) + ":";
      write(entry.value, column + 2, true);
    }
  }

 private:
  // An item of a list is read as a line of a table, even if it holds maps.
  static bool may_be_flow(const YamlNode& node, bool after_key) {
    return !after_key || !holds_maps(node);
  }
  std::size_t used() const {
    const auto last = text_.rfind('\n');
    return text_.size() - (last == std::string::npos ? 0 : last + 1);
  }
  void start_line(std::size_t column, bool& first) {
    if (!std::exchange(first, false)) text_.append(column, ' ');
  }

  std::string text_;
};

}  // namespace

std::string emit_on_one_line(const YamlNode& node) {
  const Content& content = *node.content;
  std::string line;
  switch (content.kind) {
    case Kind::empty:
      return "~";
    case Kind::scalar:
      return scalar(content.text, content.quoted);
    case Kind::list:
      for (const YamlNode& item : content.items)
        line += (line.empty() ? "" : ", ") + emit_on_one_line(item);
      return "[" + line + "]";
    case Kind::map:
      for (const Entry& entry : content.entries)
        line += (line.empty() ? "" : ", ") + scalar(entry.key, false) + ": " +
                emit_on_one_line(entry.value);
      return "{" + line + "}";
  }
  return line;
}

std::string emit(const YamlNode& document) {
  Writer writer;
  writer.write(document, 0, false);
  return std::move(writer).text();
}

}  // namespace drover::config
