// SPDX-License-Identifier: BSD-3-Clause
// Text for man(7): what it would take for its own is escaped.
#pragma once

#include <string>
#include <string_view>

namespace drover::manual {

std::string escaped(std::string_view text);  // hyphens that are typed, backslashes, leading dots
std::string bold(std::string_view text);
std::string italic(std::string_view text);

}  // namespace drover::manual
