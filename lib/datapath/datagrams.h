// SPDX-License-Identifier: BSD-3-Clause
// The datagrams in fragments that a worker owns. Their hash says which worker that is.
//
// Cards hash fragments by their addresses, or the first one by its ports as well, so a datagram's
// fragments, and the other packets of its flow, come to different workers. Whoever finds the first
// fragment's server tells the owner, to whom all later ones are handed. It sends them after the
// first; those that came before it wait. Nothing is put together.
//
// A datagram is forgotten when all of it has gone, after `lifetime`, or when others need its place.
#pragma once

#include <cstdint>
#include <span>

#include "lib/datapath/counters.h"
#include "lib/datapath/held_fragments.h"
#include "lib/datapath/peers.h"
#include "lib/flow/bounded_table.h"
#include "lib/flow/datagram.h"
#include "lib/net/fragment.h"

namespace drover::datapath {

class Datagrams {
 public:
  static constexpr std::size_t most = 2'048;
  static constexpr std::uint64_t lifetime = 3'000'000'000;  // nanoseconds

  Datagrams(flow::HashSeed seed, WorkerId self, Peers& peers, WorkerCounters& counters)
      : table_(most, seed), seed_(seed), self_(self), peers_(peers), counters_(counters) {}

  // Of a fragment's.
  flow::DatagramKey key_of(std::span<const std::uint8_t> frame, const FrameHeaders& headers) const;
  WorkerId owner_of(flow::DatagramKey key) const { return peers_.owner_of(key.value); }

  // The owner only: what is known of a later fragment's datagram; null: its first one has not come.
  // Good until the next call.
  const flow::Datagram* find(flow::DatagramKey key, std::uint64_t now);
  // A later fragment of a datagram that find() knows is going.
  void gone(flow::DatagramKey key, const Fragment& fragment);
  // Takes a later fragment of one that it does not. The oldest one that waits may have to go.
  void hold(flow::DatagramKey key, rte_mbuf* frame, PortId port, std::uint64_t now);

  // Where the first fragment has gone, by a Handover of kind datagram_decided, to the owner.
  void tell(const Handover& decision, std::uint64_t now);
  // The owner hears of it; what waits comes back to it as `later_fragment`.
  void hear(const Handover& decision, std::uint64_t now);

  // Drops and counts what has waited too long.
  void expire(std::uint64_t now);

 private:
  flow::Datagram* enter(flow::DatagramKey key, std::uint64_t now);
  void drop_oldest(Verdict reason);
  void drop_waiting(flow::Datagram& datagram, Verdict reason);

  flow::BoundedTable<flow::Datagram> table_;
  flow::HashSeed seed_;
  HeldFragments held_;
  WorkerId self_;
  Peers& peers_;
  WorkerCounters& counters_;
};

}  // namespace drover::datapath
