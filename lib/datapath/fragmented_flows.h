// SPDX-License-Identifier: BSD-3-Clause
// Flows whose fragments come to another worker than their other packets.
//
// A worker that gets the first fragment of a flow asks all others for it. If none has it, it
// decides itself, enters the flow in its own table and tells the others, now and then again while
// fragments come; so that a packet of the flow which comes to them goes to the same server. While
// it is asking, those that it has asked send it such a packet. Both then have the flow in their
// tables; whoever schedules it anew tells the others, and what their tables say is void.
#pragma once

#include <cstdint>

#include "lib/base/strong_id.h"
#include "lib/datapath/handover.h"
#include "lib/flow/bounded_table.h"
#include "lib/flow/tcp_state.h"

namespace drover::datapath {

struct FragmentedFlow {
  struct Key {
    std::uint64_t value = 0;  // the hash of the connection's key
    friend constexpr bool operator==(Key, Key) = default;
  };
  Key key{};
  std::uint64_t expires = 0;  // nanoseconds
  DestinationId destination{};
  WorkerId decider{};  // who asked or told
  bool decided = false;
  bool used = false;
};

inline std::uint64_t hash(FragmentedFlow::Key key, const flow::HashSeed&) {
  return key.value;
}

class FragmentedFlows {
 public:
  static constexpr std::size_t most = 1'024;
  static constexpr std::uint64_t word_interval = 30'000'000'000;  // nanoseconds

  explicit FragmentedFlows(flow::HashSeed seed) : table_(most, seed) {}

  bool empty() const { return table_.size() == 0; }
  // Null: nobody has asked or told. Good until the next call.
  const FragmentedFlow* find(std::uint64_t hash, std::uint64_t now);
  // `by` asks this worker for a flow that is not here.
  void note_question(std::uint64_t hash, WorkerId by, WorkerId self, std::uint64_t now);
  // Another worker has told where it goes.
  void hear(const Handover& decision, const flow::Timeouts& timeouts, std::uint64_t now);
  // This worker has a flow of which fragments come to it: whether it is time to tell the others.
  // If so, that counts as told.
  bool is_due(std::uint64_t hash, DestinationId destination, WorkerId self, std::uint64_t now);
  // It tells them.
  void note_telling(std::uint64_t hash, DestinationId destination, WorkerId self,
                    std::uint64_t now);

 private:
  void put(const FragmentedFlow& flow, std::uint64_t now);

  flow::BoundedTable<FragmentedFlow> table_;
};

}  // namespace drover::datapath
