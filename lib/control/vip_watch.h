// SPDX-License-Identifier: BSD-3-Clause
// Listens on the ports' kernel interfaces for machines that answer or announce a VIP (ARP,
// neighbour advertisements), and asks for the VIPs itself, one a second in turn: an answer to a
// client goes to that client alone, and only one to us is seen. Who may answer is not decided here.
// Control thread only.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "lib/net/address.h"

namespace boost::asio {
class io_context;
}

namespace drover::control {

class VipWatch {
 public:
  // `mac` claims `vip`. From the loop, for every such frame.
  using Claimed = std::function<void(const IpAddress& vip, const MacAddress& mac)>;

  // Sockets are opened when there is an interface to open them on, again and again; what stands in
  // the way is logged once.
  VipWatch(boost::asio::io_context& loop, Claimed claimed);

  // Replaces both sets.
  void watch(const std::set<std::string>& interfaces, const std::set<IpAddress>& vips);

  VipWatch(VipWatch&&) noexcept;
  VipWatch& operator=(VipWatch&&) noexcept;
  ~VipWatch();

 private:
  class Watcher;
  std::unique_ptr<Watcher> watcher_;
};

}  // namespace drover::control
