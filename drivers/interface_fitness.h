// SPDX-License-Identifier: BSD-3-Clause
// Whether a kernel interface hands frames over one by one and whole, as they were on the wire.
#pragma once

#include <string>

#include "drivers/kernel_interface.h"
#include "lib/base/result.h"

namespace drover {

// It is up, and merges no frames. The error says the command that mends it.
Result<void> check_interface_fitness(const std::string& name, const KernelInterface& interface);

// None of its queues would be left without a worker.
Result<void> check_every_queue_is_polled(const std::string& name, const KernelInterface& interface,
                                         unsigned workers);

}  // namespace drover
