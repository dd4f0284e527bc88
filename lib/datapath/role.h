// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace drover::datapath {

// What a packet for a VIP is, and with it whose key `Packet::key` is.
enum class Role : std::uint8_t {
  flow,            // TCP or UDP: its own
  quoted,          // an ICMP error: that of the flow which it is about
  first_fragment,  // of TCP or UDP: its own
  later_fragment   // of TCP or UDP: it has none; `Packet::hash` is that of its datagram
};

}  // namespace drover::datapath
