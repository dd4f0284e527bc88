// SPDX-License-Identifier: BSD-3-Clause
// Colours for a person's eyes. A text without them says the same.
#pragma once

#include <string>
#include <string_view>

namespace drover::client {

enum class Colour { none, good, warning, bad, dim };

// Only on a terminal that is not dumb, and unless NO_COLOR is set (no-color.org).
bool colours_wanted();

// The text as it is when `on` is false. Never wraps blanks at either end, so columns stay.
std::string coloured(std::string_view text, Colour colour, bool on);

// Of a server's state as the API names it: up, down, unresolved ...
Colour colour_of_state(std::string_view state);

}  // namespace drover::client
