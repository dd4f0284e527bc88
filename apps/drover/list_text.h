// SPDX-License-Identifier: BSD-3-Clause
// What `drover list` prints: ipvsadm's shape column for column, with what ipvsadm has no place for
// behind its last column. Pure.
#pragma once

#include <string>

#include "apps/drover/rates.h"
#include "lib/control/api_model.h"

namespace drover::client {

// The first line keeps ipvsadm's words, so that scripts that look for it find it, with drover's
// version and the connection table's capacity. Behind InActConn stands the state of a server that
// is not up, "drained" or "disabled" by the operator, and "changed" when it is not as in the file.
std::string list_text(const api::Services& services, bool colours = false);
std::string stats_text(const api::Services& services);                     // --stats
std::string rate_text(const api::Services& services, const Rates& rates);  // --rate

}  // namespace drover::client
