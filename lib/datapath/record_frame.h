// SPDX-License-Identifier: BSD-3-Clause
// A frame with a datagram for another balancer: UDP (RFC 768) by IPv4 or IPv6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/datapath/record_plan.h"

namespace drover::datapath {

// `frame` has room for the way's headers, and behind them the datagram, which is so long: writes
// the headers.
void write_headers(const RecordWay& way, std::span<std::uint8_t> frame, std::size_t datagram);

}  // namespace drover::datapath
