// SPDX-License-Identifier: BSD-3-Clause
// As reply.h, for IPv6. Extension headers of the frame that is answered are not repeated.
#pragma once

#include <cstdint>
#include <span>

#include "lib/net/frame.h"

namespace drover {

// Room that every reply below fits in, in bytes: Ethernet, two tags, the least MTU of IPv6.
inline constexpr std::size_t largest_reply_v6 = 22 + 1280;

// To a valid solicitation: that its target is at `own_mac` (RFC 4861, 7.2.4), to all nodes if that
// was duplicate address detection. Returns the frame's length.
std::size_t write_advertisement(std::span<const std::uint8_t> frame, const FrameHeaders& headers,
                                const MacAddress& own_mac,
                                std::span<std::uint8_t, largest_reply_v6> out);

// Turns an echo request into its reply, in place. Returns where in `frame` the reply begins; what
// lies before is to be cut off. The checksum is adjusted, so that a damaged request gives a damaged
// reply.
std::size_t make_echo_reply_v6(std::span<std::uint8_t> frame, const FrameHeaders& headers,
                               const MacAddress& own_mac);

// As write_tcp_reset().
std::size_t write_tcp_reset_v6(std::span<const std::uint8_t> frame, const FrameHeaders& headers,
                               const MacAddress& own_mac,
                               std::span<std::uint8_t, largest_reply_v6> out);

// ICMPv6 destination unreachable for a port, or for what has no ports a parameter problem that
// points to the next header which nobody takes; quotes what fits in 1280 bytes (RFC 4443, 3.1 and
// 3.4). Returns the frame's length.
std::size_t write_unreachable_v6(std::span<const std::uint8_t> frame, const FrameHeaders& headers,
                                 const MacAddress& own_mac,
                                 std::span<std::uint8_t, largest_reply_v6> out);

// ICMPv6 packet too big (RFC 4443, 3.2), as above, of a datagram longer than `mtu`.
std::size_t write_packet_too_big(std::span<const std::uint8_t> frame, const FrameHeaders& headers,
                                 const MacAddress& own_mac, std::uint16_t mtu,
                                 std::span<std::uint8_t, largest_reply_v6> out);

}  // namespace drover
