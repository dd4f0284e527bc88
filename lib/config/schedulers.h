// SPDX-License-Identifier: BSD-3-Clause
// The names of schedulers and their flags, as the file has them.
#pragma once

#include <span>
#include <string_view>

#include "lib/config/config.h"
#include "lib/config/values.h"

namespace drover::config {

// All that lib/balance can make.
std::span<const std::string_view> known_schedulers();

// Each begins with the name of its scheduler and a hyphen.
const Words<SchedulerFlag>& scheduler_flag_words();

}  // namespace drover::config
