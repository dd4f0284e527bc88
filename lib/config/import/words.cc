// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/import/words.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/config/source_text.h"

namespace drover::config {
namespace {

constexpr std::string_view blanks = " \t\f\v";

// The end of the word that begins at `at`: a blank, but not within quotes.
std::size_t end_of_word(std::string_view line, std::size_t at) {
  char quote = 0;
  for (; at < line.size(); ++at) {
    const char c = line[at];
    if (quote != 0 && c == '\\' && at + 1 < line.size() && line[at + 1] == quote) {
      ++at;
    } else if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (blanks.find(c) != std::string_view::npos) {
      break;
    }
  }
  return at;
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  for (std::size_t at = line.find_first_not_of(blanks); at != std::string_view::npos;) {
    const std::size_t end = end_of_word(line, at);
    words.emplace_back(line.substr(at, end - at));
    at = line.find_first_not_of(blanks, end);
  }
  return words;
}

}  // namespace

std::vector<WordLine> word_lines(std::string_view text) {
  std::vector<WordLine> lines;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    ++number;
    WordLine line{number, words_of(text.substr(0, end))};
    if (!line.words.empty() && !line.words.front().starts_with('#'))
      lines.push_back(std::move(line));
    const bool crlf = text.substr(end).starts_with("\r\n");
    text.remove_prefix(std::min(text.size(), end + (crlf ? 2 : 1)));
  }
  return lines;
}

bool is_text(std::string_view text, std::vector<ImportNote>& errors) {
  const auto binary = find_binary(text);
  if (binary)
    errors.push_back({static_cast<std::size_t>(binary->position.line),
                      fmt::format("{}; {}", binary->what, binary->remedy)});
  return !binary;
}

std::string unquoted(std::string_view word) {
  if (word.size() >= 2 && (word.front() == '"' || word.front() == '\'') &&
      word.back() == word.front())
    word = word.substr(1, word.size() - 2);
  return std::string(word);
}

std::string single_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace drover::config
