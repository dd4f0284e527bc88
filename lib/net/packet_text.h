// SPDX-License-Identifier: BSD-3-Clause
// A frame in a line, as a person reads it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace drover {

// "TCP 198.51.100.7:40001 > 192.0.2.10:80 [S]", "ARP who has 192.0.2.10, tell 192.0.2.1",
// "ICMP 198.51.100.7 > 192.0.2.10 type 8". As much as the bytes have.
std::string packet_text(std::span<const std::uint8_t> bytes);

}  // namespace drover
