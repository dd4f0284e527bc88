// SPDX-License-Identifier: BSD-3-Clause
// How a real server takes part in a virtual service, as its health checks say.
#pragma once

#include <algorithm>
#include <cstdint>

#include "lib/datapath/snapshot.h"

namespace drover::control {

struct Standing {
  enum class Role : std::uint8_t {
    serves,
    unchecked,  // no new connections yet; mid-stream ones without an entry may still be its
    out         // no new connections
  };
  Role role = Role::serves;
  bool releases = false;       // its connections are scheduled anew at their next packet
  std::uint8_t percent = 100;  // of its weight
  std::uint8_t share = datapath::full_share;  // of its new connections, while it warms up
  friend bool operator==(const Standing&, const Standing&) = default;
};

// Of a weight that is not 0 something stays unless the percentage is 0.
inline std::uint32_t effective_weight(std::uint32_t weight, const Standing& standing) {
  if (weight == 0 || standing.percent == 0) return 0;
  return std::max<std::uint32_t>(
      1, static_cast<std::uint32_t>(std::uint64_t{weight} * standing.percent / 100));
}

}  // namespace drover::control
