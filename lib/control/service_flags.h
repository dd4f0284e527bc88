// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "lib/config/config.h"

namespace drover::control {

// What ipvsadm prints behind a service's scheduler: "(sh-fallback,sh-port)", "persistent 300",
// "mask 255.255.255.0", "ops".
std::vector<std::string> service_flags(const config::Service& service);

}  // namespace drover::control
