// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/excerpt.h"

#include <fmt/format.h>

namespace drover::health {

std::string excerpt(std::string_view bytes) {
  constexpr std::size_t most = 60;
  std::string text = "\"";
  for (const char c : bytes) {
    if (text.size() > most) return text + "...\"";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\r')
      text += "\\r";
    else if (c == '\n')
      text += "\\n";
    else if (byte < 0x20 || byte > 0x7e)
      text += fmt::format("\\x{:02x}", byte);
    else
      text += c;
  }
  return text + "\"";
}

}  // namespace drover::health
