// SPDX-License-Identifier: BSD-3-Clause
// Where the kernel sends what bears our mark on a port: a rule for all marks, a route in a table of
// our own, and a made-up neighbour as its gateway that needs no ARP. So a VIP may be off-link,
// without a route of its own, and never becomes a neighbour of this host. What stands there is the
// same for one server and for a million. Control thread only.
//
//   rule   213: fwmark 0xd5000000/0xff000000 oif PORT lookup 213
//   route  default via 192.0.0.8 dev PORT onlink table 213         (RFC 7600's dummy address)
//   neigh  192.0.0.8 dev PORT lladdr 02:64:72:6f:76:65 permanent   (check_mark.bpf.c replaces it)
//
// and the same for IPv6 by fe80::64:726f:7665:72. All bear the protocol number 213.
#pragma once

#include <cstdint>
#include <string>

#include "lib/base/result.h"

namespace drover {

// The table's number; also the rule's preference, and who made them (RTA_PROTOCOL).
inline constexpr std::uint8_t check_table = 213;

class MarkRoute {
 public:
  // First removes what a killed daemon left, for this interface and for ones that are gone.
  static Result<MarkRoute> put_up(const std::string& interface, bool ipv4, bool ipv6);

  // Puts back what somebody else has removed, or the kernel while the interface was down. The
  // families are those that the interface has by now.
  Result<void> restore(bool ipv4, bool ipv6) const;

  MarkRoute(MarkRoute&& other) noexcept;
  MarkRoute& operator=(MarkRoute&&) = delete;
  ~MarkRoute();

 private:
  explicit MarkRoute(std::string interface);
  std::string interface_;  // empty: moved away
};

}  // namespace drover
