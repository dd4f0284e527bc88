// SPDX-License-Identifier: BSD-3-Clause
// `via: vip`: a check connects to the VIP at the MAC address of the server that it is about. So it
// takes the very way of a client's packets, and a server without the VIP on its loopback is found
// down. The kernel's part of the way: drivers/check_path. Control thread only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "drivers/check_path/egress_filter.h"
#include "drivers/check_path/mark_program.h"
#include "drivers/check_path/mark_route.h"
#include "lib/base/result.h"
#include "lib/control/check_twin.h"
#include "lib/control/interface_view.h"
#include "lib/health/check_route.h"
#include "lib/net/address.h"

namespace drover::control {

struct RoutedServer {
  IpAddress address;
  std::string interface;          // the kernel's side of the port, or a VLAN interface on it
  std::optional<MacAddress> mac;  // none while it is unknown
};

class VipRoute final : public health::CheckRoute {
 public:
  // `interfaces`: the kernel's side of each port, whose lock is held. Error: the kernel lacks what
  // this needs, or another program is in the way.
  static Result<std::unique_ptr<VipRoute>> open(boost::asio::io_context& loop,
                                                const std::vector<std::string>& interfaces);

  // Replaces both sets; whenever a server, its MAC address or a VIP changes. Nothing is sent from a
  // VIP. Error: the first server that could not be entered; the others are.
  Result<void> update(const std::vector<RoutedServer>& servers, const std::set<IpAddress>& vips);

  // Puts back what somebody else has removed from the kernel, also on an interface that has come
  // anew; after a change of links, rules or tc filters. Waits for the kernel's rtnl lock.
  Result<void> restore();

  tl::expected<IpAddress, health::NoRoute> prepare(int socket,
                                                   const health::Subject& subject) override;
  // Says that the server lacks the VIP once it is seen to answer at its own address.
  std::string hint(const health::Subject& subject, health::Failure failure) override;

 private:
  struct Port {
    EgressFilter filter;
    MarkRoute route;
    InterfaceView view;
  };
  struct Entry {
    std::uint32_t mark = 0;
    std::string interface;
    std::optional<MacAddress> mac;
  };
  struct Twin {
    explicit Twin(boost::asio::io_context& loop) : at_server(loop), at_vip(loop) {}
    CheckTwin at_server;
    CheckTwin at_vip;  // beside a check without connections
    bool has_failed =
        true;  // the check that it stands beside, when it ran last; or it is the first
  };

  VipRoute(boost::asio::io_context& loop, MarkProgram program)
      : loop_(loop), program_(std::move(program)) {}
  Result<void> attach(const std::string& interface);
  Result<void> attach_missing();
  void look_at_interfaces();
  void leave_out(const std::vector<RoutedServer>& servers);
  Result<void> enter(const RoutedServer& server);
  tl::expected<void, health::NoRoute> direct(int socket, const Entry& entry,
                                             const IpAddress& from) const;
  void start_twin(int socket, const health::Subject& subject, const Entry& entry,
                  const IpAddress& from);

  boost::asio::io_context& loop_;
  MarkProgram program_;  // outlives the filters
  std::set<IpAddress> vips_;
  std::map<std::string, Port> ports_;         // by interface
  std::map<std::string, std::string> lacks_;  // interface -> why it is no port
  std::map<IpAddress, Entry> servers_;
  std::vector<std::uint32_t> free_marks_;
  std::uint32_t next_mark_ = 0;
  std::map<std::pair<health::Subject, bool>, Twin> twins_;  // and whether it has connections
};

}  // namespace drover::control
