// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "lib/control/api_model.h"

namespace drover::client {

// What `drover lookup` prints.
std::string lookup_text(const api::Lookup& lookup);

}  // namespace drover::client
