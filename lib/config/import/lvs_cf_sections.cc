// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/import/lvs_cf_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/config/import/words.h"

namespace drover::config {
namespace {

class Reader {
 public:
  explicit Reader(std::vector<ImportNote>& errors) : errors_(errors) { open_.emplace_back(); }

  void read(const WordLine& line) {
    const auto& words = line.words;
    if (words.size() == 1 && words[0] == "}")
      close(line.number);
    else if (words.back() == "{")
      begin(line);
    else
      assign(line);
  }

  LvsSection finish() {
    while (open_.size() > 1) {
      const LvsSection& section = open_.back();
      error(section.line,
            fmt::format("{} {} {{ has no }} that ends it", section.kind, section.name));
      pop();
    }
    return std::move(open_.front());
  }

 private:
  void error(std::size_t line, std::string text) { errors_.push_back({line, std::move(text)}); }

  void pop() {
    LvsSection section = std::move(open_.back());
    open_.pop_back();
    open_.back().sections.push_back(std::move(section));
  }

  void close(std::size_t line) {
    if (open_.size() == 1) return error(line, "this } ends nothing");
    pop();
  }

  void begin(const WordLine& line) {
    const auto& words = line.words;
    if (words.size() != 3 ||
        (words[0] != "virtual" && words[0] != "failover" && words[0] != "server"))
      return error(line.number,
                   "expected \"virtual NAME {\", \"failover NAME {\" or "
                   "\"server NAME {\" here");
    // Where a } is missing, what follows is read as if it stood there: one error for each.
    const bool is_server = words[0] == "server";
    while (open_.size() > (is_server ? 2U : 1U)) {
      const LvsSection& before = open_.back();
      error(line.number, fmt::format("{} {} begins within {} {} of line {}: a }} is missing before",
                                     words[0], words[1], before.kind, before.name, before.line));
      pop();
    }
    if (is_server && open_.size() == 1)
      error(line.number, "a server stands within a virtual or failover section");
    open_.push_back({line.number, words[0], words[1], {}, {}, {}});
  }

  void assign(const WordLine& line) {
    const auto& words = line.words;
    if (words.size() < 2 || words[1] != "=")
      return error(line.number,
                   fmt::format("expected KEY = VALUE with blanks around the =, this line begins "
                               "with {}",
                               words[0]));
    if (words.size() == 2) {
      open_.back().blank.push_back(words[0]);
      return error(line.number, fmt::format("{} has no value", words[0]));
    }
    const std::vector<std::string> values(words.begin() + 2, words.end());
    for (const std::string& value : values)
      if (value.starts_with('#'))
        return error(line.number,
                     "a comment needs a line of its own: Piranha takes this one for "
                     "another value");
    open_.back().assignments.push_back({line.number, words[0], values});
  }

  std::vector<ImportNote>& errors_;
  std::vector<LvsSection> open_;  // the file first
};

}  // namespace

const LvsAssignment* LvsSection::find(std::string_view key) const {
  for (auto at = assignments.rbegin(); at != assignments.rend(); ++at)
    if (at->key == key) return &*at;
  return nullptr;
}

bool LvsSection::lacks(std::string_view key) const {
  return find(key) == nullptr && std::ranges::find(blank, key) == blank.end();
}

LvsSection read_lvs_cf(std::string_view text, std::vector<ImportNote>& errors) {
  Reader reader(errors);
  for (const WordLine& line : word_lines(text)) reader.read(line);
  return reader.finish();
}

}  // namespace drover::config
