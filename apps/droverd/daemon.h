// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lib/base/result.h"
#include "lib/config/running.h"

namespace drover {

// Everything from the ports' checks to the clean stop. Returns after SIGTERM or SIGINT, or the
// error that kept it from starting; nothing is left attached then.
Result<void> run_daemon(const config::Running& running);

}  // namespace drover
