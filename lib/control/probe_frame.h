// SPDX-License-Identifier: BSD-3-Clause
// The probes themselves and what servers say to them, from the byte behind the Ethernet header on:
// ARP (RFC 826) and neighbour discovery (RFC 4861). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lib/control/probe_schedule.h"
#include "lib/net/address.h"

namespace drover::control {

struct ProbeSender {
  IpAddress address;  // of the same family as the target
  MacAddress mac;
};

struct ProbeFrame {
  MacAddress destination;
  std::uint16_t ether_type = 0;
  std::vector<std::uint8_t> payload;
};

// To `known`, or to everybody (IPv6: to the target's solicited-node group) without it.
ProbeFrame make_probe(const ProbeSender& sender, const IpAddress& target,
                      const std::optional<MacAddress>& known);

struct HeardNeighbour {
  IpAddress address;
  MacAddress mac;
  ProbeSchedule::Heard heard;
};

// None for what is malformed, names no unicast MAC address, or is no statement about its sender
// (an ARP probe has sender 0.0.0.0).
std::optional<HeardNeighbour> parse_arp(std::span<const std::uint8_t> payload);
// A neighbour advertisement, from its IPv6 header on; hop limit and checksum must be right. Without
// the target link-layer option it speaks for the frame's own source, `frame_source`.
std::optional<HeardNeighbour> parse_advertisement(std::span<const std::uint8_t> payload,
                                                  const MacAddress& frame_source);

}  // namespace drover::control
