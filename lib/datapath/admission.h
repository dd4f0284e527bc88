// SPDX-License-Identifier: BSD-3-Clause
// What a snapshot says of who may open connections to a service, and how many.
#pragma once

#include <cstdint>
#include <optional>

#include "lib/net/access_list.h"

namespace drover::datapath {

// New connections of the clients of one network, as one worker lets them through. Clients'
// connections spread over the workers, so each lets its equal share pass.
struct ConnectionLimit {
  std::uint64_t id = 0;  // of the service, with all its ports; the same after a reload
  std::uint8_t prefix_length = 32;
  std::uint64_t interval = 0;   // nanoseconds from one connection to the next, at the full rate
  std::uint64_t tolerance = 0;  // nanoseconds that a burst may be ahead of that
};

struct Admission {
  std::optional<AccessList> access;
  std::optional<ConnectionLimit> limit;
};

}  // namespace drover::datapath
