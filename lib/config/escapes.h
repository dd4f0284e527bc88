// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

namespace drover::config {

// Resolves what nanny resolved in `send` and `expect`: \\ \r \n \t \' \". Any other backslash stays
// as it is.
std::string resolve_escapes(std::string_view text);

}  // namespace drover::config
