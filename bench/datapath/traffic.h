// SPDX-License-Identifier: BSD-3-Clause
// What a load generator would send to the balancer: short frames of many flows, uniformly at random
// or as popular as their rank (Zipf, s = 1), with a share that opens new connections.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/net/address.h"

struct rte_mbuf;

namespace drover::bench {

enum class Shape { tcp_v4, tcp_v6, tcp_vlan, udp_v4 };

struct TrafficSettings {
  Shape shape = Shape::tcp_v4;
  std::uint32_t flows = 1;
  bool zipf = false;
  double new_share = 0;  // of the frames, from 0 to 1: each a SYN of a flow that never came before
  std::uint32_t services = 1;  // a flow's is its number modulo this
};

class Traffic {
 public:
  explicit Traffic(const TrafficSettings& settings);

  // Flow `number`'s first or a later packet, over what the frame had before.
  void write_opening(rte_mbuf* frame, std::uint32_t number) const;
  void write_established(rte_mbuf* frame, std::uint32_t number) const;
  // The next of the mix.
  void write_next(rte_mbuf* frame);

 private:
  static constexpr std::size_t room = 80;
  static constexpr std::uint32_t fresh = UINT32_MAX;
  void write(rte_mbuf* frame, std::uint32_t number, std::uint8_t flags) const;

  TrafficSettings settings_;
  std::array<std::uint8_t, room> image_{};
  std::uint16_t length_ = 0;
  std::size_t network_ = 0;         // offset of the IP header
  std::uint64_t partial_sum_ = 0;   // of an IPv4 header without its addresses' varying parts
  std::vector<std::uint32_t> mix_;  // numbers of flows, or `fresh`; a power of two
  std::size_t next_ = 0;
  std::uint32_t next_fresh_;
};

// The virtual service of this index; its port is 80.
IpAddress vip_of(Shape shape, std::uint32_t service);

inline constexpr MacAddress balancer_mac{{2, 0, 0, 0, 0, 0x0b}};
inline constexpr std::uint16_t vlan_id = 100;

}  // namespace drover::bench
