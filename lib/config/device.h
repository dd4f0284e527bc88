// SPDX-License-Identifier: BSD-3-Clause
// What a port's `device` looks like for each driver.
#pragma once

#include <string>
#include <string_view>

#include "lib/config/config.h"

namespace drover::config {

bool fits(PortDriver driver, std::string_view device);

// "a kernel interface, such as eth0, for af_xdp"
std::string_view expected_device(PortDriver driver);

// The right form of what was meant, as a remedy; or empty.
std::string device_remedy(PortDriver driver, std::string_view device);

// Two ports of one driver and identity would fight for the device.
std::string_view device_identity(PortDriver driver, std::string_view device);

}  // namespace drover::config
