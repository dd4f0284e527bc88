// SPDX-License-Identifier: BSD-3-Clause
// Makes of what is known of a plain frame what the stages know of a packet.
#pragma once

#include <type_traits>

#include "lib/datapath/burst.h"
#include "lib/datapath/fast_path/plain_burst.h"

namespace drover::datapath::fast_path {

// `network`: offset of the IP header, which is of that family.
template <class Family>
typename Family::Key key_of(const PlainPacket& packet, std::uint32_t network) {
  if constexpr (std::is_same_v<Family, V4>) {
    return flow::ConnectionKeyV4::unpack({packet.packed}, packet.vip);
  } else {
    const std::uint8_t* const source = packet.bytes + network + offsetof(Ipv6Header, source);
    return {*reinterpret_cast<const Ipv6Address*>(source),
            static_cast<std::uint16_t>(packet.packed >> 16U),
            static_cast<std::uint16_t>(packet.packed), packet.vip};
  }
}

// Of a plain one: as if parse() and classify() had treated it.
void complete(Packet& packet, rte_mbuf* mbuf, const PlainBurst& plain, std::size_t index);

}  // namespace drover::datapath::fast_path
