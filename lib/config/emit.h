// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "lib/config/document.h"

namespace drover::config {

// The tree as a file: parse_document() reads an equal one from it. Aliases stand unfolded, comments
// are gone. A server, a check and the like stand on one line as long as they fit.
std::string emit(const YamlNode& document);

// The same on one line, however long: "{address: 192.0.2.21, weight: 3}".
std::string emit_on_one_line(const YamlNode& node);

}  // namespace drover::config
