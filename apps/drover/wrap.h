// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

namespace drover::client {

// Breaks the text at blanks into lines of at most `width` bytes, "\n" behind each. `first` stands
// before the first line, as many blanks before the others. A longer word keeps a line of its own.
std::string wrap(std::string_view first, std::string_view text, std::size_t width = 80);

}  // namespace drover::client
