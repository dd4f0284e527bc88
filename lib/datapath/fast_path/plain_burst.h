// SPDX-License-Identifier: BSD-3-Clause
// What the fast path's first pass finds out about a burst, for its second one: so little that most
// packets never need a Packet.
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

struct PlainPacket {
  std::uint8_t* bytes;
  std::uint64_t hash;    // of its key
  std::uint64_t packed;  // its key, but for the VIP; IPv6: but for the client, too
  // Connection::steady_word() of what it may belong to; 0: of nothing that stays as it is.
  std::uint64_t steady;
  const PlainWay* way;   // behind the second pass, of one that is done
  std::uint32_t length;  // of its IP datagram, in bytes
  VipId vip;
};

struct PlainBurst {
  // Bits, by packet.
  std::uint32_t plain = 0;    // recognised by the first pass; the others' PlainPackets mean nothing
  std::uint32_t v6 = 0;       // those of them that are IPv6's
  std::uint32_t done = 0;     // those of them that are only to be sent yet
  bool any_short = false;     // a plain frame is to be padded
  std::uint32_t network = 0;  // offset of every plain frame's IP header
  std::array<PlainPacket, Burst::capacity> packets;
};

}  // namespace drover::datapath
