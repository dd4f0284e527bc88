// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "lib/config/check.h"
#include "lib/health/check_route.h"

namespace drover::health {

// HTTP/1.1 (RFC 9112), without a body; the server is to close the connection.
std::string http_request(const config::HttpCheck& check, const Subject& subject);

}  // namespace drover::health
