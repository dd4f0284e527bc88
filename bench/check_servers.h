// SPDX-License-Identifier: BSD-3-Clause
// Servers for health checks to ask, all of them one process at the other end of a pair of veth:
//
//   this process, `balancer` 10.0.0.1 ---- veth ---- 10.0.0.2 `servers`: every address of
//   in a network namespace of its own                10.1.0.0/16, and the VIP
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "lib/net/address.h"

namespace drover::bench {

class CheckServers {
 public:
  static constexpr std::uint16_t port = 8'080;
  static constexpr const char* interface = "balancer";
  static constexpr const char* vip = "10.0.0.10";

  // Moves the calling process into a network namespace of its own; needs root. Ends the program
  // when that cannot be.
  CheckServers();
  CheckServers(const CheckServers&) = delete;
  CheckServers& operator=(const CheckServers&) = delete;
  ~CheckServers();

  static IpAddress address(std::size_t number);
  // Of them all.
  static MacAddress mac();

 private:
  pid_t process_ = -1;
};

}  // namespace drover::bench
