// SPDX-License-Identifier: BSD-3-Clause
// What is made of a client's TCP frame of either family: a datagram, fragments, an error about its
// answer.
#pragma once

#include <array>
#include <cstdint>

#include "lib/net/address.h"
#include "test/harness/client_frame.h"

namespace drover::test {

// A UDP datagram. Its checksum is 0: none of IPv4, a wrong one of IPv6, which is the server's to
// find.
Bytes udp_frame(const ClientFrame& frame);

// The two fragments of a frame, cut behind `at` bytes of its payload, a multiple of 8.
std::array<Bytes, 2> cut(const Bytes& frame, std::uint16_t at, std::uint16_t identification);

// A router's "fragmentation needed", of IPv6 "too big", to the VIP about the answer to `frame`.
Bytes answer_too_big(const Bytes& frame, const IpAddress& router);

// The frame with a tag of this VLAN.
Bytes tagged(const Bytes& frame, std::uint16_t vlan);

}  // namespace drover::test
