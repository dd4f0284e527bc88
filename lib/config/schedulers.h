// SPDX-License-Identifier: BSD-3-Clause
// The flags of schedulers, as the file has them.
#pragma once

#include "lib/config/config.h"
#include "lib/config/values.h"

namespace drover::config {

// Each begins with the name of its scheduler and a hyphen.
const Words<SchedulerFlag>& scheduler_flag_words();

}  // namespace drover::config
