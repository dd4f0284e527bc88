// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/control/api_model.h"

namespace drover::client {

struct ConnectionsLeft {
  std::uint64_t active = 0;
  std::uint64_t inactive = 0;
  friend bool operator==(const ConnectionsLeft&, const ConnectionsLeft&) = default;
};

// Of a server, on all ports of a service; both may be named as the API lets them be. Pure.
ConnectionsLeft connections_left(const api::Services& services, std::string_view service,
                                 std::string_view server);

}  // namespace drover::client
