// SPDX-License-Identifier: BSD-3-Clause
// The frames that a worker treats together, and what the stages find out about each.
#pragma once

#include <rte_mbuf.h>

#include <array>
#include <cstdint>
#include <span>
#include <type_traits>

#include "lib/base/strong_id.h"
#include "lib/datapath/family.h"
#include "lib/datapath/role.h"
#include "lib/datapath/snapshot.h"
#include "lib/datapath/verdict.h"
#include "lib/flow/connection_key.h"
#include "lib/net/fragment.h"
#include "lib/net/frame.h"
#include "lib/net/header_at.h"

namespace drover::datapath {

struct alignas(64) Packet {
  rte_mbuf* mbuf = nullptr;
  std::uint8_t* bytes = nullptr;             // the first segment's
  const Destination* destination = nullptr;  // once it is known
  std::uint64_t hash = 0;                    // of `key`
  flow::ConnectionKeyV4 key;                 // of a flow to a VIP; `client` of IPv4 only
  FrameHeaders headers;
  Role role = Role::flow;
  std::uint8_t tcp_flags = 0;
  Verdict verdict = Verdict::pending;
  // IPv6: where the frame has the client's address, which has no room here.
  std::uint16_t client_offset = 0;

  bool is_v6() const { return headers.kind == FrameKind::ipv6; }
  std::span<std::uint8_t> contiguous() const { return {bytes, rte_pktmbuf_data_len(mbuf)}; }
  const EthernetHeader& ethernet() const { return header_at<EthernetHeader>(contiguous(), 0); }
  template <class Family>
  const typename Family::Header& ip() const {
    return header_at<typename Family::Header>(contiguous(), headers.network_offset);
  }
  // Only if that is its family.
  template <class Family>
  typename Family::Key key_in() const {
    if constexpr (std::is_same_v<Family, V4>)
      return key;
    else
      return {client_v6(), key.client_port, key.virtual_port, key.vip};
  }
  IpAddress client() const { return is_v6() ? IpAddress(client_v6()) : IpAddress(key.client); }
  const Ipv6Address& client_v6() const {
    return header_at<Ipv6Address>(contiguous(), client_offset);
  }
  // Of the IP header.
  IpAddress ip_destination() const {
    if (is_v6()) return ip<V6>().destination;
    return Ipv4Address(ip<V4>().destination);
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
