// SPDX-License-Identifier: BSD-3-Clause
// Routes that read and change the configuration: reload, services, servers, zero.
#pragma once

#include <functional>

#include "lib/control/api_router.h"
#include "lib/control/live_configuration.h"

namespace drover::control {

// `zero` counts the totals of one service, by its name, from 0 again; of all when it is empty.
// What it is given outlives the router.
void add_configuration_routes(ApiRouter& router, LiveConfiguration& configuration,
                              std::function<void(const std::string& service)> zero);

}  // namespace drover::control
