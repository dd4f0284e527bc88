// SPDX-License-Identifier: BSD-3-Clause
// Collects the facts that the doctor's checks decide from.
#pragma once

#include "apps/drover/doctor/facts.h"
#include "lib/config/config.h"

namespace drover::client::doctor {

// What the file says, for one of its nodes.
void take_configuration(const config::Config& config, Facts& facts);
// The same as far as droverd's answers tell it.
void take_answers(Facts& facts);
// What the kernel says of the ports, of this network namespace and of the machine.
void look_at_host(Facts& facts);

}  // namespace drover::client::doctor
