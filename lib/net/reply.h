// SPDX-License-Identifier: BSD-3-Clause
// Writes the frames with which the balancer itself answers. VLAN tags of the frame that is answered
// are kept. Nothing here answers a frame that parse_frame found at fault.
#pragma once

#include <cstdint>
#include <span>

#include "lib/net/frame.h"
#include "lib/net/wire.h"

namespace drover {

// Room that every reply below fits in, in bytes: Ethernet, two tags, two IPv4 headers (one with
// options), ICMP and 8 bytes of quoted transport, rounded up.
inline constexpr std::size_t largest_reply = 160;

// Turns an ARP request for `address` into its answer, in place (RFC 826). The frame keeps its
// length.
void make_arp_reply(std::span<std::uint8_t> frame, const FrameHeaders& headers,
                    const MacAddress& own_mac);

// Turns an ICMP echo request into its reply, in place; the checksum is adjusted, not made anew
// (RFC 1624), so that a damaged request gives a damaged reply.
void make_echo_reply(std::span<std::uint8_t> frame, const FrameHeaders& headers,
                     const MacAddress& own_mac);

// The reset for a TCP segment that nobody takes (RFC 9293, 3.5.2), of either family, without its
// checksum. False: the segment is a reset itself, to which there is no answer.
bool make_tcp_reset(std::span<const std::uint8_t> frame, const FrameHeaders& headers,
                    TcpHeader& reset);

// The frame of that reset. Returns its length; 0 when there is nothing to send.
std::size_t write_tcp_reset(std::span<const std::uint8_t> frame, const FrameHeaders& headers,
                            const MacAddress& own_mac, std::span<std::uint8_t, largest_reply> out);

// ICMP destination unreachable, quoting the IP header and 8 bytes (RFC 792): the port, or what has
// no ports the protocol. Returns the frame's length.
std::size_t write_unreachable(std::span<const std::uint8_t> frame, const FrameHeaders& headers,
                              const MacAddress& own_mac,
                              std::span<std::uint8_t, largest_reply> out);

// ICMP fragmentation needed (RFC 1191), as above, of a datagram longer than `mtu`.
std::size_t write_fragmentation_needed(std::span<const std::uint8_t> frame,
                                       const FrameHeaders& headers, const MacAddress& own_mac,
                                       std::uint16_t mtu,
                                       std::span<std::uint8_t, largest_reply> out);

}  // namespace drover
