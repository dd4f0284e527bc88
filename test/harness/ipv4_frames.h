// SPDX-License-Identifier: BSD-3-Clause
// What is made of a client's IPv4 TCP frame: a datagram, fragments, an error about its answer.
#pragma once

#include <array>
#include <cstdint>

#include "lib/net/address.h"
#include "test/harness/client_frame.h"

namespace drover::test {

// A UDP datagram without a checksum, which is right as well.
Bytes udp_frame(const ClientFrame& frame);

// The two fragments of a frame, cut behind `at` bytes of its payload, a multiple of 8.
std::array<Bytes, 2> cut(const Bytes& frame, std::uint16_t at, std::uint16_t identification);

// A router's "fragmentation needed" to the VIP about the answer to `frame`.
Bytes answer_too_big(const Bytes& frame, Ipv4Address router);

}  // namespace drover::test
