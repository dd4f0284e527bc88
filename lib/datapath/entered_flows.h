// SPDX-License-Identifier: BSD-3-Clause
// Which flows may have got a connection since their burst was looked up, by their hash: what the
// look-up did not find is still absent if its flow is not among them.
#pragma once

#include <array>
#include <cstdint>

namespace drover::datapath {

class EnteredFlows {
 public:
  void forget() { bits_ = {}; }
  void add(std::uint64_t hash) { word_of(hash) |= bit_of(hash); }
  // May be true of another flow.
  bool may_have(std::uint64_t hash) const { return (word_of(hash) & bit_of(hash)) != 0; }

 private:
  using Bits = std::array<std::uint64_t, 4>;

  static std::uint64_t bit_of(std::uint64_t hash) { return std::uint64_t{1} << (hash & 63U); }
  std::uint64_t& word_of(std::uint64_t hash) { return bits_[(hash >> 6U) % Bits().size()]; }
  const std::uint64_t& word_of(std::uint64_t hash) const {
    return bits_[(hash >> 6U) % Bits().size()];
  }

  Bits bits_{};
};

}  // namespace drover::datapath
