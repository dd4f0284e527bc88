// SPDX-License-Identifier: BSD-3-Clause
// One picture of `drover watch`. Pure.
#pragma once

#include <optional>
#include <string>

#include "apps/drover/rates.h"
#include "lib/control/api_model.h"

namespace drover::client {

struct Picture {
  std::size_t columns = 80;
  std::optional<std::size_t> rows;  // what does not fit is left out and counted; none: no limit
  double interval_seconds = 2;
  std::string time;       // of day
  std::string complaint;  // why there is no newer sample; empty when there is one
  bool colours = false;
};

// Services in the order given. Without rates (the first picture) their columns hold "-". A bar
// shows a server's share of its service's new connections; while there are none, of the active
// ones.
std::string watch_text(const api::Services& services, const std::optional<Rates>& rates,
                       const Picture& picture);

}  // namespace drover::client
