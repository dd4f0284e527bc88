// SPDX-License-Identifier: BSD-3-Clause
// What the probes need to know of a kernel interface: is it there, its MAC and IP addresses.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/net/address.h"

namespace drover::control {

struct InterfaceView {
  int index = 0;         // 0: there is none of that name
  bool running = false;  // up and with a carrier
  MacAddress mac;
  std::vector<IpInterface> addresses;
};

// Every name has an entry in the result. One getifaddrs(3) for all.
std::map<std::string, InterfaceView> view_interfaces(const std::set<std::string>& names);

// The address that asks for `target`: one in its network, else (IPv6) a link-local one, else any of
// its family; never one of `excluded`. None when there is none.
std::optional<IpAddress> choose_sender(const InterfaceView& interface, const IpAddress& target,
                                       const std::set<IpAddress>& excluded);

}  // namespace drover::control
