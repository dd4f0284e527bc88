// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

namespace drover::health {

// The beginning of what a server sent, in quotes, fit for a log and a terminal: no control
// characters, no more than 60 characters.
std::string excerpt(std::string_view bytes);

}  // namespace drover::health
