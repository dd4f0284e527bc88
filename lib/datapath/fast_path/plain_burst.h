// SPDX-License-Identifier: BSD-3-Clause
// What the fast path's first pass finds out about a burst, for its second one: so little that most
// packets never need a Packet. Arrays, since the first pass writes what belongs to four frames at
// once; nothing is initialised that is written anyway.
#pragma once

#include <array>
#include <cstdint>

#include "lib/datapath/burst.h"
#include "lib/datapath/fast_path/plain_way.h"

namespace drover::datapath {

// A bit for each of the first `count` packets.
constexpr std::uint32_t first_bits(std::uint32_t count) {
  return static_cast<std::uint32_t>((std::uint64_t{1} << count) - 1);
}

struct PlainBurst {
  template <class Value>
  using ByPacket = std::array<Value, Burst::capacity>;

  // Bits, by packet.
  std::uint32_t plain;  // recognised by the first pass; of the others only `bytes` mean something
  std::uint32_t v6;     // those of them that are IPv6's
  std::uint32_t done;   // those of them that are only to be sent yet
  bool any_short;       // a plain frame is to be padded
  bool any_long;        // a plain frame's datagram may be longer than the way to some server allows
  std::uint32_t network;  // offset of every plain frame's IP header

  ByPacket<std::uint8_t*> bytes;             // of the mbuf's first segment
  ByPacket<std::uint16_t> lengths;           // so many
  alignas(16) ByPacket<std::uint64_t> keys;  // packed; IPv6: the ports only
  // Where the table of its family has its connection, probably: ConnectionTable::Homes.
  ByPacket<void*> places;
  // Connection::steady_word() of what it may belong to; 0: of nothing that stays as it is.
  alignas(16) ByPacket<std::uint64_t> steady;
  alignas(16) ByPacket<Traffic> traffic;
  ByPacket<std::uint16_t> vips;    // VipId::value()
  ByPacket<const PlainWay*> ways;  // behind the second pass, of those that are done
};

}  // namespace drover::datapath
