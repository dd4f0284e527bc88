// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/wrap.h"

namespace drover::client {

std::string wrap(std::string_view first, std::string_view text, std::size_t width) {
  const std::string margin(first.size(), ' ');
  std::string out;
  std::string line(first);
  bool empty = true;
  while (!text.empty()) {
    const auto end = text.find(' ');
    const auto word = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (!empty && line.size() + 1 + word.size() > width) {
      out += line + "\n";
      line = margin;
      empty = true;
    }
    if (!empty) line += ' ';
    line += word;
    empty = false;
  }
  return out + line + "\n";
}

}  // namespace drover::client
