// SPDX-License-Identifier: BSD-3-Clause
// Names for addresses and ports, as the host's resolver has them; asks each once, and blocks.
#pragma once

#include <map>
#include <string>

#include "lib/net/address.h"

namespace drover::client {

class HostNames {
 public:
  // "www.example.net:http"; what has no name stays a number. IPv6 hosts have their numbers, in
  // brackets, as with ipvsadm, which does not find their names.
  std::string operator()(const IpAddress& address, std::uint16_t port, const std::string& protocol);

 private:
  const std::string& host(const IpAddress& address);

  std::map<IpAddress, std::string> hosts_;
};

}  // namespace drover::client
