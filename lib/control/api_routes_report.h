// SPDX-License-Identifier: BSD-3-Clause
// Routes that only read: services, status, connections.
#pragma once

#include <functional>

#include "lib/control/api_router.h"
#include "lib/control/report.h"

namespace drover::control {

// `context` and `list_connections` are called for each request, from the loop.
void add_report_routes(ApiRouter& router, std::function<ReportContext()> context,
                       std::function<void(ApiReply)> list_connections);

}  // namespace drover::control
