// SPDX-License-Identifier: BSD-3-Clause
// What became of a frame. Each verdict is a counter of each worker, the `reason` label of a metric
// and the word that `drover status` prints.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lib/net/frame.h"

namespace drover::datapath {

enum class Verdict : std::uint8_t {
  // Sent to a real server.
  forwarded,           // a connection in the table
  forwarded_new,       // scheduled and entered in the table
  forwarded_adopted,   // in mid-stream without an entry: placed by hash and entered
  forwarded_once,      // scheduled for itself: a datagram of a one-packet service
  forwarded_unkept,    // placed by hash because the table had no room
  forwarded_quoted,    // an ICMP error, to the server of the flow that it is about
  forwarded_fragment,  // a later fragment, to where its datagram's first one went
  // Answered by the balancer.
  answered_arp,
  answered_solicitation,
  answered_echo,
  refused_reset,
  refused_unreachable,
  refused_too_long,  // for the server's network, and not to be fragmented
  // Given elsewhere.
  held,  // until the server's MAC address is known
  to_kernel,
  // Dropped: the frame is damaged. In the order of FrameFault.
  truncated,
  bad_ip_version,
  bad_ip_header_length,
  bad_ip_length,
  bad_ip_checksum,
  bad_transport_header,
  fragment_tiny,
  bad_extension_header,
  // Dropped: the frame should not be here.
  wrong_mac,       // for another station's MAC address, or for a VIP by broadcast
  not_master,      // asks for a VIP, or is for its virtual MAC address, while another is master
  wrong_port,      // for a VIP that does not answer on the port by which the frame came
  wrong_vlan,      // of another VLAN than the port's, or of none
  own_frame,       // its source MAC address is one of ours: a loop
  reflected,       // its source MAC address is that of the server that it would be sent to
  martian_source,  // an address that no host may send from
  too_long,        // for the server's network, and nobody is to be told
  land,            // its source address is a VIP
  own_source,      // its source address is a balancer's: a real server sent a health check on
  fragment_overlapping,  // a later fragment begins inside the first one
  fragment_orphaned,     // a later one of what goes to no server
  bad_solicitation,      // for a VIP, against the rules of RFC 4861, 7.1.1
  icmp_ignored,          // for a VIP, and neither an echo request nor an error about a flow
  quoted_unknown,        // an ICMP error about a flow that no worker has
  stray_reset,           // a TCP reset that belongs to no connection
  unknown_dropped,       // TCP in mid-stream without an entry, with `unknown: drop`
  server_removed,        // a connection whose server was removed, with `on_removed: drop`
  client_denied,         // by the service's `allow` and `deny`
  unchecked,             // no server is up, but some have not been checked yet
  // Dropped: there was no room or no time.
  client_limit,  // its network has opened too many connections of late
  refusal_limit,
  held_overflow,
  held_expired,
  fragment_overflow,  // too many wait for their first one
  fragment_expired,   // the first one has not come
  handover_full,      // for another worker
  transmit_full,
  kernel_full,
  no_kernel,  // for the kernel, on a port without a host interface
  no_mbuf,
  // Not counted.
  pending,    // no verdict yet
  addressed,  // the fast path has done all but send it
  taken       // no business of this worker any more, or not yet; it has been put elsewhere
};

inline constexpr std::size_t verdict_count = static_cast<std::size_t>(Verdict::pending);

// "forwarded", "bad_ip_checksum".
std::string_view name(Verdict verdict);

constexpr bool is_forwarded(Verdict verdict) {
  return verdict <= Verdict::forwarded_fragment;
}

constexpr bool is_answered(Verdict verdict) {
  return verdict >= Verdict::answered_arp && verdict <= Verdict::refused_too_long;
}

// `fault` is not none.
constexpr Verdict verdict_of(FrameFault fault) {
  return static_cast<Verdict>(static_cast<int>(Verdict::truncated) +
                              (static_cast<int>(fault) - static_cast<int>(FrameFault::truncated)));
}
static_assert(verdict_of(FrameFault::truncated) == Verdict::truncated);
static_assert(verdict_of(FrameFault::bad_ip_checksum) == Verdict::bad_ip_checksum);
static_assert(verdict_of(FrameFault::bad_transport_header) == Verdict::bad_transport_header);
static_assert(verdict_of(FrameFault::fragment_tiny) == Verdict::fragment_tiny);
static_assert(verdict_of(FrameFault::bad_extension_header) == Verdict::bad_extension_header);

}  // namespace drover::datapath
