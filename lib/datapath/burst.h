// SPDX-License-Identifier: BSD-3-Clause
// The frames that a worker treats together, and what the stages find out about each.
#pragma once

#include <rte_mbuf.h>

#include <array>
#include <cstdint>
#include <span>

#include "lib/base/strong_id.h"
#include "lib/datapath/snapshot.h"
#include "lib/datapath/verdict.h"
#include "lib/flow/connection_key.h"
#include "lib/net/fragment.h"
#include "lib/net/frame.h"
#include "lib/net/header_at.h"

namespace drover::datapath {

// What a packet for a VIP is, and with it whose key `Packet::key` is.
enum class Role : std::uint8_t {
  flow,            // TCP or UDP: its own
  quoted,          // an ICMP error: that of the flow which it is about
  first_fragment,  // of TCP or UDP: its own
  later_fragment   // of TCP or UDP: it has none; `Packet::hash` is that of its datagram
};

struct alignas(64) Packet {
  rte_mbuf* mbuf = nullptr;
  std::uint8_t* bytes = nullptr;             // the first segment's
  const Destination* destination = nullptr;  // once it is known
  std::uint64_t hash = 0;                    // of `key`
  flow::ConnectionKeyV4 key;                 // of a flow to a VIP
  FrameHeaders headers;
  Role role = Role::flow;
  std::uint8_t tcp_flags = 0;
  Verdict verdict = Verdict::pending;

  std::span<std::uint8_t> contiguous() const { return {bytes, rte_pktmbuf_data_len(mbuf)}; }
  const EthernetHeader& ethernet() const { return header_at<EthernetHeader>(contiguous(), 0); }
  const Ipv4Header& ipv4() const {
    return header_at<Ipv4Header>(contiguous(), headers.network_offset);
  }
  Fragment fragment() const { return fragment_of(contiguous(), headers); }
  // Of the IP datagram, in bytes.
  std::uint32_t ip_length() const { return headers.end - headers.network_offset; }
};

struct Burst {
  static constexpr std::uint16_t capacity = 32;

  std::array<rte_mbuf*, capacity> mbufs;  // as received
  std::array<Packet, capacity> storage;
  std::uint16_t count = 0;
  PortId port;           // all came in by it
  bool related = false;  // one at least has another role than `flow`

  std::span<Packet> packets() { return {storage.data(), count}; }
};
static_assert(sizeof(Packet) == 64);

}  // namespace drover::datapath
