// SPDX-License-Identifier: BSD-3-Clause
// An event as a line for a person.
#pragma once

#include <string>

#include "lib/control/api_model.h"

namespace drover::client {

// "2026-01-31 23:59:59.999  health            web/nginx1: is down" in local time; a kind longer
// than the column pushes the rest to the right. A time that is none is shown as it came.
std::string event_line(const api::Event& event);

}  // namespace drover::client
