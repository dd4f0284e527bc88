// SPDX-License-Identifier: BSD-3-Clause
// A text as lines of words. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/config/import/imported.h"

namespace drover::config {

struct WordLine {
  std::size_t number = 0;          // from 1
  std::vector<std::string> words;  // at least one; a quoted text is one word, quotes included
};

// Lines end in LF, CR or both. Lines that are empty or begin with # are left out.
std::vector<WordLine> word_lines(std::string_view text);

// False, with an error, for bytes that no text file has: they would stand in the result's comments.
bool is_text(std::string_view text, std::vector<ImportNote>& errors);

// "text" and 'text' without the quotes.
std::string unquoted(std::string_view word);

// As a scalar of YAML, backslashes as they are.
std::string single_quoted(std::string_view text);

}  // namespace drover::config
