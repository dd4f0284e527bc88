// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace drover::client {

// Of the FILTER that `drover trace` and `drover capture` take.
inline constexpr const char* filter_help =
    "tcp, udp, icmp, arp, ip, ip6, [src|dst] host ADDRESS[/LENGTH], [src|dst] port NUMBER; all "
    "that "
    "are given must hold";

}  // namespace drover::client
