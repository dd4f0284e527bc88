// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <map>
#include <string_view>

namespace drover::control {

// Since the start, with one peer.
struct SyncCounts {
  std::uint64_t entries_sent = 0;
  std::uint64_t entries_received = 0;
  std::uint64_t datagrams_sent = 0;
  std::uint64_t datagrams_received = 0;
  // Datagrams, or entries, that were dropped, by the reason: "not_authentic", "replayed",
  // "bad_length", "server"...
  std::map<std::string_view, std::uint64_t> dropped;
};

}  // namespace drover::control
