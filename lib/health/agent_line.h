// SPDX-License-Identifier: BSD-3-Clause
// What a server's agent says in one line: words between blanks or commas, in any order, up to the
// end of the line or a `#`. They are those of HAProxy's agent-check:
//   N%                    weight, in percent of the configured one, 0 to 100
//   up, ready             no draining
//   drain, maint          no new connections
//   down, fail, stopped   the check fails; the words after it or after `#` are the reason
#pragma once

#include <string_view>

#include "lib/health/outcome.h"

namespace drover::health {

// Wrong when it says nothing that is understood.
Outcome judge_agent_line(std::string_view line);

}  // namespace drover::health
