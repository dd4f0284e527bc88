// SPDX-License-Identifier: BSD-3-Clause
// Whether two balancers that choose by different hash functions, or by lot, choose alike: what
// sticks together with one sticks together with the other, and the shares are as even.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "test/ipvs/recording.h"

namespace drover::test {

class Spread {
 public:
  // What decides where a packet goes.
  enum class By { vip, client, connection, lot };

  explicit Spread(By by) : by_(by) {}

  void packet(const RecordedPacket& packet, std::optional<ServerNumber> actual);
  // The servers are others from now on; what stuck together before need not any more.
  void servers_changed() { ++epoch_; }
  // Empty when they are alike.
  std::string difference() const;

 private:
  struct Choices {
    std::vector<std::optional<ServerNumber>> expected;
    std::vector<std::optional<ServerNumber>> actual;
  };
  using Key = std::pair<unsigned, std::string>;

  std::string key_of(const RecordedPacket& packet, By by) const;

  By by_;
  unsigned epoch_ = 0;
  bool same_ = true;  // every packet went where it was to go
  std::map<Key, Choices> sticking_;
  std::map<std::string, Choices> connections_;
};

}  // namespace drover::test
