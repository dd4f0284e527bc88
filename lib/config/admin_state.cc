// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/admin_state.h"

namespace drover::config {

const Words<AdminState>& admin_state_words() {
  static const Words<AdminState> words{{"enabled", AdminState::enabled},
                                       {"drained", AdminState::drained},
                                       {"disabled", AdminState::disabled}};
  return words;
}

std::string_view to_string(AdminState state) {
  for (const auto& [word, value] : admin_state_words())
    if (value == state) return word;
  return {};
}

std::optional<AdminState> parse_admin_state(std::string_view text) {
  for (const auto& [word, value] : admin_state_words())
    if (word == text) return value;
  return std::nullopt;
}

}  // namespace drover::config
