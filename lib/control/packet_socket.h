// SPDX-License-Identifier: BSD-3-Clause
// Neighbour and VRRP frames of one kernel interface (packet(7)), whatever its packet filters say.
// The Ethernet header is the kernel's matter.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "lib/base/result.h"
#include "lib/control/file_descriptor.h"
#include "lib/control/probe_frame.h"
#include "lib/net/address.h"

namespace drover::control {

// Non-blocking. A filter in the kernel lets through only what was sent to this host, untagged: with
// ether_type::arp every ARP message, with ether_type::ipv6 neighbour advertisements.
Result<FileDescriptor> open_packet_socket(int interface, std::uint16_t ether_type);

// VRRP of one family, sent to this host or to its multicast group, which the interface joins as
// long as the socket is open. Non-blocking.
Result<FileDescriptor> open_vrrp_socket(int interface, bool is_v6);

// Receives nothing: without a socket for VRRP the kernel would answer an advertisement to one of
// its own addresses, as those to named peers are, with "protocol unreachable". Of the namespace of
// the calling thread.
Result<FileDescriptor> open_vrrp_sink(bool is_v6);

// 0 or an errno value.
int send_frame(int socket, int interface, const ProbeFrame& frame);

struct ReceivedFrame {
  MacAddress source;
  std::span<const std::uint8_t> payload;  // within `buffer`
};

// None when there is nothing to read, or after an error (the interface went down: it will do again
// when it is back up).
std::optional<ReceivedFrame> receive_frame(int socket, std::span<std::uint8_t> buffer);

}  // namespace drover::control
