// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/escapes.h"

namespace drover::config {

std::string resolve_escapes(std::string_view text) {
  static constexpr std::string_view names = "\\rnt'\"";
  static constexpr std::string_view bytes = "\\\r\n\t'\"";
  std::string resolved;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto name =
        text[i] == '\\' && i + 1 < text.size() ? names.find(text[i + 1]) : std::string_view::npos;
    if (name == std::string_view::npos) {
      resolved += text[i];
    } else {
      resolved += bytes[name];
      ++i;
    }
  }
  return resolved;
}

}  // namespace drover::config
