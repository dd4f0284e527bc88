// SPDX-License-Identifier: BSD-3-Clause
// What must hold on this host before a port is touched.
#pragma once

#include "lib/base/result.h"
#include "lib/config/config.h"

namespace drover::control {

Result<void> check_privileges();

// No VIP is an address of this host: its kernel would answer for it.
Result<void> check_vips_are_not_local(const config::Config& config);

// With af_xdp the interface must have this node's addresses already.
Result<void> check_own_addresses(const config::Config& config);

// As many open files as this process may have: each health check under way has one.
void raise_descriptor_limit();

}  // namespace drover::control
