// SPDX-License-Identifier: BSD-3-Clause
// The target of an HTTP request ("/v1/connections?protocol=tcp") taken apart. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace drover::control {

struct ApiTarget {
  std::string path;  // decoded
  std::map<std::string, std::string, std::less<>> query;
};

// None when it does not begin with '/' or a '%' is not followed by two hexadecimal digits.
std::optional<ApiTarget> parse_target(std::string_view target);

}  // namespace drover::control
