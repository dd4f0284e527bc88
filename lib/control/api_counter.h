// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace drover::api {

struct Counter {
  std::string name;
  std::uint64_t count = 0;
  friend bool operator==(const Counter&, const Counter&) = default;
};
using Counters = std::vector<Counter>;  // a JSON object {name: count} that keeps this order

}  // namespace drover::api
