// SPDX-License-Identifier: BSD-3-Clause
// Neighbour solicitations and advertisements (RFC 4861).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "lib/net/frame.h"
#include "lib/net/wire.h"

namespace drover {

// Solicitation and advertisement alike, behind the IPv6 header; options follow.
struct NeighbourMessage {
  IcmpHeader icmp;  // an advertisement's flags are the high bits of `rest`
  Ipv6Address target;

  // Proves that no router has passed it on.
  static constexpr std::uint8_t hop_limit = 255;
  static constexpr std::uint32_t solicited = 0x40000000;
  static constexpr std::uint32_t overrides = 0x20000000;
};
static_assert(sizeof(NeighbourMessage) == 24);

struct LinkLayerOption {
  std::uint8_t type;
  std::uint8_t length;  // in units of 8 bytes
  MacAddress mac;

  static constexpr std::uint8_t source = 1;
  static constexpr std::uint8_t target = 2;
};
static_assert(sizeof(LinkLayerOption) == 8);

// Finds the option of this type in what follows a NeighbourMessage; the MAC address stays empty
// without one. False: the options are malformed.
bool find_link_layer_option(std::span<const std::uint8_t> options, std::uint8_t type,
                            std::optional<MacAddress>& mac);

// Whom the ICMPv6 message asks for; null: it is no solicitation, or is cut short. The frame has no
// fault and a transport.
const Ipv6Address* solicited_target(std::span<const std::uint8_t> frame,
                                    const FrameHeaders& headers);

// What a receiver must check (RFC 4861, 7.1.1), checksum included. Of one that has a target.
bool is_valid_solicitation(std::span<const std::uint8_t> frame, const FrameHeaders& headers);

}  // namespace drover
