// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/places.h"

#include <fmt/format.h>

namespace drover::config {

std::string where(const std::string& file, Position position) {
  if (position.line == 0) return file;
  return fmt::format("{}:{}:{}", file, position.line, position.column);
}

void Places::record(std::string path, Position position, bool sound) {
  places_.insert_or_assign(std::move(path), Place{position, sound});
}

std::optional<Position> Places::given(std::string_view path) const {
  const auto found = places_.find(path);
  if (found == places_.end()) return std::nullopt;
  return found->second.position;
}

std::optional<Position> Places::sound(std::string_view path) const {
  const auto found = places_.find(path);
  if (found == places_.end() || !found->second.sound) return std::nullopt;
  return found->second.position;
}

Position Places::nearest(std::string_view path) const {
  while (true) {
    if (const auto found = given(path)) return *found;
    const auto parent = path.find_last_of(".[");
    if (parent == std::string_view::npos) return {};
    path = path.substr(0, parent);
  }
}

std::string Places::where(std::string_view path) const {
  return config::where(file_, nearest(path));
}

}  // namespace drover::config
