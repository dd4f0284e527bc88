// SPDX-License-Identifier: BSD-3-Clause
// The solicited-node groups (RFC 4291, 2.7.1) of the IPv6 VIPs, joined on a kernel interface: else
// the device's filter, or a switch that follows MLD, would keep solicitations for a VIP away.
// Left with the object, and with the process however that ends.
#pragma once

#include <set>
#include <span>
#include <string>

#include "drivers/unique_fd.h"
#include "lib/net/address.h"

namespace drover {

class SolicitedGroups {
 public:
  // Replaces the set. A group that cannot be joined is a warning in the log.
  void replace(const std::string& interface, std::span<const IpAddress> vips);

 private:
  UniqueFd socket_;
  std::set<Ipv6Address> joined_;
};

}  // namespace drover
