// SPDX-License-Identifier: BSD-3-Clause
// How a check's packets get to the server that it is about: by the server's own address (`via:
// real`) or by the VIP at that server's MAC address (`via: vip`). Control thread only.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "lib/net/address.h"

namespace drover::health {

// What is checked: a real server, for a virtual service.
struct Subject {
  IpAddress server;
  IpAddress vip;
  std::uint16_t port = 0;  // the check's: the service's unless the file names another; ping: 0
  friend auto operator<=>(const Subject&, const Subject&) = default;
};

struct NoRoute {
  bool unreachable = false;  // the server, as with no MAC address; else the fault is on our side
  std::string reason;        // "it has no MAC address"
};

// How a server could not be reached.
enum class Failure {
  refused,     // by RST
  silent,      // no answer to a SYN
  unanswered,  // no answer to a datagram, which may be the program's fault
  rejected,    // a datagram, by an ICMP error
};

// In the reason why a server is down that has been seen to lack the VIP, and in no other.
inline constexpr std::string_view lacks_the_vip = "it lacks the VIP on its loopback";

class CheckRoute {
 public:
  virtual ~CheckRoute() = default;

  // Before connect(2) or sendto(2): binds and marks a new non-blocking socket of the server's
  // family (TCP, UDP or raw ICMP) and says which address to connect to. Called for each run of a
  // check, and again for the same run while the server is unreachable; must not block. The caller
  // has set SO_LINGER so that TCP closes by RST.
  virtual tl::expected<IpAddress, NoRoute> prepare(int socket, const Subject& subject) = 0;

  // Follows the reason when the server could not be reached; empty: nothing.
  virtual std::string hint(const Subject& subject, Failure failure);
};

// `via: real`: to the server's own address, from the balancer's own address of that family if
// `own_addresses` has one.
std::unique_ptr<CheckRoute> make_real_route(std::vector<IpInterface> own_addresses);

}  // namespace drover::health
