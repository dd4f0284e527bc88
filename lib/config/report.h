// SPDX-License-Identifier: BSD-3-Clause
// What `drover check FILE` shows.
#pragma once

#include <string>

#include "lib/base/result.h"
#include "lib/config/load.h"

namespace drover::config {

// A line for each error, or for each warning and then "FILE: ok: 2 services, 3 servers, 1 port".
std::string check_report(const std::string& path, const ResultOrErrors<Loaded>& loaded);

// "FILE:LINE:COLUMN: warning: ..."
std::string warning_line(const Error& warning);

}  // namespace drover::config
