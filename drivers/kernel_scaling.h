// SPDX-License-Identifier: BSD-3-Clause
// How the card of a kernel interface spreads packets over its queues, as `ethtool -x DEVICE` and
// `ethtool -n DEVICE rx-flow-hash tcp4` tell it.
#pragma once

#include <functional>
#include <optional>

#include "lib/net/receive_side_scaling.h"

namespace drover {

// The ethtool ioctl with one of its structs; false when the driver has no answer.
using AskEthtool = std::function<bool(void* command)>;

// As of now. None: the driver does not say, or hashes otherwise than Toeplitz.
std::optional<ReceiveSideScaling> read_kernel_scaling(const AskEthtool& ask);
std::optional<ReceiveSideScaling> read_kernel_scaling(unsigned interface_index);

}  // namespace drover
