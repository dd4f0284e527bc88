// SPDX-License-Identifier: BSD-3-Clause
// Which queue a network card puts a packet in: the Toeplitz hash over addresses, and ports where it
// hashes these, with the card's key; then its indirection table.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lib/net/address.h"

namespace drover {

struct ReceiveSideScaling {
  enum class Hashes : std::uint8_t { nothing, addresses, addresses_and_ports };
  Hashes tcp_v4 = Hashes::nothing;
  Hashes udp_v4 = Hashes::nothing;
  Hashes tcp_v6 = Hashes::nothing;
  Hashes udp_v6 = Hashes::nothing;
  std::vector<std::uint8_t> key;     // 40 bytes at least
  std::vector<std::uint16_t> table;  // a queue for each value of the hash's low bits

  // Of a whole packet of TCP or UDP. None: it is not known.
  std::optional<std::uint16_t> queue_of(std::uint8_t protocol, const IpAddress& source,
                                        const IpAddress& destination, std::uint16_t source_port,
                                        std::uint16_t destination_port) const;
};

// `key` has four bytes more than `input` at least.
std::uint32_t toeplitz_hash(std::span<const std::uint8_t> input, std::span<const std::uint8_t> key);

}  // namespace drover
