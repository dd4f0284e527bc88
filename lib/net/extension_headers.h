// SPDX-License-Identifier: BSD-3-Clause
// The chain of headers between an IPv6 header and the transport (RFC 8200, 4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace drover {

// A chain with more is at fault. No sender needs as many.
inline constexpr unsigned most_extension_headers = 8;

// Offsets count as the `offset` given, in bytes.
struct ExtensionHeaders {
  enum class Fault : std::uint8_t {
    none,
    truncated,  // goes on behind the bytes that can be read
    bad         // too many, beyond the datagram, or in a wrong order
  };
  Fault fault = Fault::none;
  std::uint8_t protocol = 0;        // of what ends the chain: a transport or nothing known here
  std::size_t protocol_field = 0;   // the byte that names it
  std::size_t end = 0;              // of the chain: there the transport, or a later fragment's data
  std::size_t fragment_header = 0;  // 0: none
  bool later_fragment = false;      // what is at `end` is no transport header
};

// `offset` is that of the IPv6 header, which can be read; `datagram_end` that of its datagram.
// Walks hop-by-hop and destination options, routing, fragment and authentication headers.
ExtensionHeaders walk_extension_headers(std::span<const std::uint8_t> bytes, std::size_t offset,
                                        std::size_t datagram_end);

}  // namespace drover
