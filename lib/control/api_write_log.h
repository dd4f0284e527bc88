// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lib/control/api_reply.h"

namespace drover::control {

// The same reply, but the log then says who asked for what, and the status that was answered.
ApiReply log_outcome(ApiReply reply, const ApiRequest& request);

}  // namespace drover::control
