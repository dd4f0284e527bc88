// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/colour.h"

#include <unistd.h>

#include <cstdlib>

namespace drover::client {
namespace {

const char* sequence(Colour colour) {
  switch (colour) {
    case Colour::good:
      return "\x1b[32m";
    case Colour::warning:
      return "\x1b[33m";
    case Colour::bad:
      return "\x1b[31m";
    case Colour::dim:
      return "\x1b[2m";
    case Colour::none:
      break;
  }
  return "";
}

}  // namespace

bool colours_wanted() {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0') &&
         terminal != nullptr && std::string_view(terminal) != "dumb";
}

std::string coloured(std::string_view text, Colour colour, bool on) {
  const auto begin = text.find_first_not_of(' ');
  if (!on || colour == Colour::none || begin == std::string_view::npos) return std::string(text);
  const auto end = text.find_last_not_of(' ') + 1;
  return std::string(text.substr(0, begin)) + sequence(colour) +
         std::string(text.substr(begin, end - begin)) + "\x1b[0m" + std::string(text.substr(end));
}

Colour colour_of_state(std::string_view state) {
  if (state == "up") return Colour::good;
  if (state == "down") return Colour::bad;
  return Colour::warning;
}

}  // namespace drover::client
