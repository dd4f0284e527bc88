// SPDX-License-Identifier: BSD-3-Clause
// What is measured: something that takes a burst of frames from a port and sends it on, changed.
#pragma once

#include <rte_mbuf.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "lib/net/address.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover::bench {

class Forwarder {
 public:
  Forwarder() = default;
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;
  virtual ~Forwarder() = default;

  // One burst of 32 frames at most, if any is waiting.
  virtual void turn() = 0;
};

inline MacAddress server_mac(std::uint32_t server) {
  return MacAddress{
      {2, 0, 0, 1, static_cast<std::uint8_t>(server >> 8U), static_cast<std::uint8_t>(server)}};
}

// Both MAC addresses.
inline void rewrite(rte_mbuf* frame, const MacAddress& to, const MacAddress& from) {
  auto& ethernet = header_at<EthernetHeader>(
      std::span(rte_pktmbuf_mtod(frame, std::uint8_t*), sizeof(EthernetHeader)), 0);
  ethernet.destination = to;
  ethernet.source = from;
}

// The floor: what any program on DPDK does that changes the MAC addresses, and nothing else.
std::unique_ptr<Forwarder> make_floor(std::uint16_t ethdev);

// A stand-in: DPDK's rte_hash, looked up in bulk, with the flows' servers as its data. It has
// entries for `flows` flows, which come with its first turns; new ones are added as they come.
std::unique_ptr<Forwarder> make_rte_hash(std::uint16_t ethdev, std::uint32_t flows,
                                         std::uint32_t servers);

// A stand-in: a hash table with a chain a bucket, looked up one frame at a time.
std::unique_ptr<Forwarder> make_chained_table(std::uint16_t ethdev, std::uint32_t flows,
                                              std::uint32_t servers);

}  // namespace drover::bench
