// SPDX-License-Identifier: BSD-3-Clause
// Makes of what is known of a plain frame what the stages know of a packet.
#pragma once

#include <type_traits>

#include "lib/datapath/burst.h"
#include "lib/datapath/fast_path/plain_burst.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath::fast_path {

// Of a plain packet, which is of that family.
template <class Family>
typename Family::Key::Packed packed_key(const PlainBurst& plain, std::size_t index) {
  if constexpr (std::is_same_v<Family, V4>) {
    return {plain.keys[index]};
  } else {
    const WireAddressV6 client(plain.bytes[index] + plain.network + offsetof(Ipv6Header, source));
    return {client.first, client.second, plain.keys[index]};
  }
}
template <class Family>
typename Family::Key key_of(const PlainBurst& plain, std::size_t index) {
  return Family::Key::unpack(packed_key<Family>(plain, index), VipId(plain.vips[index]));
}

// Of a plain one: as if parse() and classify() had treated it.
void complete(Packet& packet, rte_mbuf* mbuf, const PlainBurst& plain, std::size_t index,
              const WorkerState& state);

}  // namespace drover::datapath::fast_path
