// SPDX-License-Identifier: BSD-3-Clause
// What `drover status` prints: sections a person reads, at most 80 columns. Pure.
#pragma once

#include <string>

#include "lib/control/api_model.h"

namespace drover::client {

std::string status_text(const api::Status& status);

}  // namespace drover::client
