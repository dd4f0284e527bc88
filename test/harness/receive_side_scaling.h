// SPDX-License-Identifier: BSD-3-Clause
// Which queue a network card would put a frame in: the Toeplitz hash with Microsoft's key over
// addresses and ports of TCP and UDP, over addresses alone of fragments and other IP, an
// indirection table of 128 that goes round the queues. Queue 0 for all else.
#pragma once

#include <cstdint>
#include <span>

#include "lib/net/receive_side_scaling.h"

namespace drover::test {

ReceiveSideScaling scaling(std::uint16_t queues);
std::uint16_t queue_of(std::span<const std::uint8_t> frame, std::uint16_t queues);

}  // namespace drover::test
