// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/api_target.h"

#include <charconv>

namespace drover::control {
namespace {

std::optional<std::string> decode(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_blank) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      const auto digits = text.substr(i + 1, 2);
      unsigned char byte = 0;
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
      if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2)
        return std::nullopt;
      decoded += static_cast<char>(byte);
      i += 2;
    }
  }
  return decoded;
}

// Up to the separator; the rest stays in `text`.
std::string_view split_off(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const auto head = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return head;
}

}  // namespace

std::optional<ApiTarget> parse_target(std::string_view target) {
  if (!target.starts_with('/')) return std::nullopt;
  const auto path = decode(split_off(target, '?'), false);
  if (!path) return std::nullopt;
  ApiTarget parsed{*path, {}};
  while (!target.empty()) {
    std::string_view pair = split_off(target, '&');
    const auto name = decode(split_off(pair, '='), true);
    const auto value = decode(pair, true);
    if (!name || !value) return std::nullopt;
    if (!name->empty()) parsed.query[*name] = *value;
  }
  return parsed;
}

}  // namespace drover::control
