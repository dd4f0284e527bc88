// SPDX-License-Identifier: BSD-3-Clause
// The API's requests that give mastership away. Control thread only.
#pragma once

#include "lib/control/api_router.h"
#include "lib/control/mastership.h"

namespace drover::control {

// `mastership` is asked for when a request has come.
void add_failover_routes(ApiRouter& router, std::function<Mastership&()> mastership);

}  // namespace drover::control
