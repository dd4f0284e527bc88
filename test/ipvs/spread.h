// SPDX-License-Identifier: BSD-3-Clause
// Whether two balancers that choose by different hash functions, or by lot, choose alike: what
// sticks together with one sticks together with the other, and the shares are as even.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "test/ipvs/recording.h"

namespace drover::test {

class Spread {
 public:
  // What decides where a connection goes.
  enum class By { vip, client, connection, lot };

  explicit Spread(By by) : by_(by) {}

  // The servers are these from now on; what stuck together before need not any more. Once one has
  // gone, nobody can tell what its connections would have done: nothing is compared any more, if
  // the choices were not the very same until then.
  void servers_are(const std::vector<RecordedServer>& servers);
  // Connections may have ended.
  void time_passed();
  // Empty when the packet itself shows no difference: whether it gets a server at all does not
  // depend on which, as long as every server may have new connections.
  std::string packet(const RecordedPacket& packet, std::optional<ServerNumber> actual);
  bool is_over() const { return one_gone_ && !same_; }
  // Of all packets. Empty when they are alike.
  std::string difference() const;

 private:
  using Servers = std::vector<std::optional<ServerNumber>>;
  struct Choices {
    Servers expected;
    Servers actual;
  };
  using Key = std::pair<unsigned, std::string>;

  std::string key_of(const RecordedPacket& packet, By by) const;
  Key life_of(const RecordedPacket& packet);
  std::string difference_of_shares() const;

  By by_;
  unsigned epoch_ = 0;
  std::vector<RecordedServer> servers_;
  bool all_usable_ = true;
  bool one_gone_ = false;
  bool same_ = true;                   // every packet went where it was to go
  std::map<Key, Choices> beginnings_;  // of connections, by what decides
  std::set<Key> settled_;              // decided while every server was usable
  struct Life {
    unsigned number = 0;
    bool closed = false;
  };
  std::map<std::string, Life> lives_;
  std::map<Key, Choices> connections_;
};

}  // namespace drover::test
