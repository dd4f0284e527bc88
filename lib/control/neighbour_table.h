// SPDX-License-Identifier: BSD-3-Clause
// MAC addresses of watched neighbours as the kernel's neighbour table has them (rtnetlink).
// Control thread only.
//
// A MAC address once known stays known although the kernel's entry goes stale, fails, is collected
// or its interface vanishes: frames to the old address are the best that can be done until a new
// one shows. It is forgotten when the neighbour is watched no more.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/net/address.h"

namespace boost::asio {
class io_context;
}

namespace drover::control {

struct Neighbour {
  IpAddress address;
  std::string interface;  // the port's kernel interface; it may be missing for a while
  friend auto operator<=>(const Neighbour&, const Neighbour&) = default;
};

class NeighbourTable {
 public:
  // The MAC address of a watched neighbour became known or changed; none once, at the start of
  // watching one that the kernel does not know. Called from the loop, never from within a method.
  using Changed = std::function<void(const IpAddress&, std::optional<MacAddress>)>;

  // Error: no netlink socket. A dump of the kernel's table follows at once and after ENOBUFS.
  static Result<NeighbourTable> open(boost::asio::io_context& loop, Changed changed);

  // Replaces the set. Those that stay on their interface keep what is known of them and are not
  // reported again. An address is watched on one interface.
  void watch(const std::vector<Neighbour>& neighbours);

  // What is known now; none for what is not watched.
  std::optional<MacAddress> mac(const IpAddress& address) const;

  // Asks the kernel to resolve a watched neighbour now (NTF_USE); it tries for 3 s. No-op while
  // the interface is missing. Refusals are logged, once an address.
  void resolve(const IpAddress& address);

  // Tells the kernel what was heard from a watched neighbour itself; the change is reported as any
  // other. An entry that an operator made permanent is left alone.
  void learn(const IpAddress& address, const MacAddress& mac);

  NeighbourTable(NeighbourTable&&) noexcept;
  NeighbourTable& operator=(NeighbourTable&&) noexcept;
  ~NeighbourTable();

 private:
  class Watcher;
  explicit NeighbourTable(std::unique_ptr<Watcher> watcher);
  std::unique_ptr<Watcher> watcher_;
};

}  // namespace drover::control
