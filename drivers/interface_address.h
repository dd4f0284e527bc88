// SPDX-License-Identifier: BSD-3-Clause
// Gives a kernel interface an address, by rtnetlink.
#pragma once

#include "lib/base/result.h"
#include "lib/net/address.h"

namespace drover {

// An IPv6 address is usable at once: no duplicate address detection (nodad). The error has no
// `where`.
Result<void> add_interface_address(unsigned index, const IpInterface& address);

}  // namespace drover
