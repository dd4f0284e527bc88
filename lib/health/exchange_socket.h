// SPDX-License-Identifier: BSD-3-Clause
// The socket of a check, and why it could not be connected.
#pragma once

#include <string>

#include "lib/health/check_route.h"
#include "lib/health/exchange.h"

namespace drover::health {

// Non-blocking, of the server's family; negative: errno.
int open_socket(Conversation::Transport transport, const Subject& subject);

// After connect(2) with this error; `is_own`: to the server's own address.
std::string failed_connect(int error_number, bool is_own);

}  // namespace drover::health
