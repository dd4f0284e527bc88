// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/extension_headers.h"

#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover {
namespace {

using Fault = ExtensionHeaders::Fault;

bool is_extension(std::uint8_t protocol) {
  switch (protocol) {
    case ip_protocol::hop_by_hop_options:
    case ip_protocol::routing:
    case ip_protocol::fragment:
    case ip_protocol::authentication:
    case ip_protocol::destination_options:
      return true;
    default:
      return false;
  }
}

std::size_t length_of(std::uint8_t protocol, const Ipv6ExtensionHeader& header) {
  switch (protocol) {
    case ip_protocol::fragment:
      return sizeof(Ipv6FragmentHeader);
    case ip_protocol::authentication:
      return (header.length + std::size_t{2}) * 4;  // RFC 4302, 2.2
    default:
      return (header.length + std::size_t{1}) * 8;
  }
}

// Options for every hop come first, and what was fragmented is not fragmented again.
bool may_stand_here(const ExtensionHeaders& chain, unsigned before) {
  if (chain.protocol == ip_protocol::hop_by_hop_options) return before == 0;
  if (chain.protocol == ip_protocol::fragment) return chain.fragment_header == 0;
  return true;
}

}  // namespace

ExtensionHeaders walk_extension_headers(std::span<const std::uint8_t> bytes, std::size_t offset,
                                        std::size_t datagram_end) {
  ExtensionHeaders chain;
  chain.protocol = header_at<Ipv6Header>(bytes, offset).next_header;
  chain.protocol_field = offset + offsetof(Ipv6Header, next_header);
  chain.end = offset + sizeof(Ipv6Header);
  for (unsigned count = 0; is_extension(chain.protocol) && !chain.later_fragment; ++count) {
    const std::size_t at = chain.end;
    chain.fault = Fault::bad;
    if (count == most_extension_headers || !may_stand_here(chain, count) ||
        datagram_end - at < sizeof(Ipv6FragmentHeader))
      return chain;
    chain.fault = Fault::truncated;
    if (bytes.size() < at + sizeof(Ipv6FragmentHeader)) return chain;
    const auto& header = header_at<Ipv6ExtensionHeader>(bytes, at);
    const std::size_t length = length_of(chain.protocol, header);
    chain.fault = Fault::bad;
    if (length > datagram_end - at) return chain;
    if (chain.protocol == ip_protocol::fragment) {
      chain.fragment_header = at;
      const auto field = header_at<Ipv6FragmentHeader>(bytes, at).fragment.value();
      chain.later_fragment = (field & Ipv6FragmentHeader::offset_mask) != 0;
    }
    chain.fault = Fault::none;
    chain.protocol = header.next_header;
    chain.protocol_field = at;
    chain.end = at + length;
  }
  return chain;
}

}  // namespace drover
