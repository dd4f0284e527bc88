// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string_view>

#include "lib/config/config.h"
#include "lib/config/values.h"

namespace drover::config {

// "enabled", "drained", "disabled": as the file, the API and the client have them.
const Words<AdminState>& admin_state_words();
std::string_view to_string(AdminState state);
std::optional<AdminState> parse_admin_state(std::string_view text);

}  // namespace drover::config
