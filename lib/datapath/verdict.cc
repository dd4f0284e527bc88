// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/verdict.h"

namespace drover::datapath {
namespace {

constexpr std::array<std::string_view, verdict_count> names = {
    "forwarded",
    "forwarded_new",
    "forwarded_adopted",
    "forwarded_once",
    "forwarded_unkept",
    "forwarded_quoted",
    "forwarded_fragment",
    "answered_arp",
    "answered_solicitation",
    "answered_echo",
    "refused_reset",
    "refused_unreachable",
    "refused_too_long",
    "held",
    "to_kernel",
    "truncated",
    "bad_ip_version",
    "bad_ip_header_length",
    "bad_ip_length",
    "bad_ip_checksum",
    "bad_transport_header",
    "fragment_tiny",
    "bad_extension_header",
    "wrong_mac",
    "not_master",
    "wrong_port",
    "wrong_vlan",
    "own_frame",
    "reflected",
    "martian_source",
    "too_long",
    "land",
    "own_source",
    "fragment_overlapping",
    "fragment_orphaned",
    "bad_solicitation",
    "icmp_ignored",
    "quoted_unknown",
    "stray_reset",
    "unknown_dropped",
    "server_removed",
    "client_denied",
    "unchecked",
    "client_limit",
    "refusal_limit",
    "held_overflow",
    "held_expired",
    "fragment_overflow",
    "fragment_expired",
    "handover_full",
    "transmit_full",
    "kernel_full",
    "no_kernel",
    "no_mbuf",
};
static_assert(names.back() == "no_mbuf");  // a name is missing otherwise

}  // namespace

std::string_view name(Verdict verdict) {
  return names[static_cast<std::size_t>(verdict)];
}

}  // namespace drover::datapath
