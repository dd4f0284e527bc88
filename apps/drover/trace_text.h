// SPDX-License-Identifier: BSD-3-Clause
// What `drover trace` prints of a packet: a line a stage. Pure.
#pragma once

#include <string>

#include "lib/control/api_model.h"

namespace drover::client {

// `time`: of day, as the reader wants it.
std::string trace_text(const api::TracedPacket& packet, const std::string& time);

}  // namespace drover::client
