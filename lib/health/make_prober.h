// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>

#include "lib/health/monitor.h"
#include "lib/health/prober.h"

namespace drover::health {

// What runs a check of this kind. `route` outlives it. A check that cannot be run, as its
// certificate authority's file is missing, fails each time with that as its reason.
std::unique_ptr<Prober> make_prober(boost::asio::io_context& loop, CheckRoute& route,
                                    const WatchedCheck& watched);

}  // namespace drover::health
