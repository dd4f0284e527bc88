// SPDX-License-Identifier: BSD-3-Clause
// A network namespace with IPVS in it, and the wire by which packets come to it and leave.
//
//   us ---- a veth pair ---- eth0: 10.0.0.1, the clients and servers behind it
//
// All is in one namespace, and on one processor, so that packets leave in the order in which they
// came. `us` has none of the addresses: the kernel's own stack takes nothing there.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "drivers/unique_fd.h"
#include "lib/net/address.h"
#include "test/ipvs/recording.h"

namespace drover::test {

inline constexpr MacAddress director_mac{{2, 0, 0, 0, 0, 1}};

// Moves its process into the new namespace, which ends with the process. Throws std::exception.
class DirectorNetwork {
 public:
  DirectorNetwork();

  // net.ipv4.vs.*: what is not named goes back to the kernel's default.
  void set(const std::map<std::string, int>& settings);

  // Sends frames in order, waits until the kernel is done with all, and returns to which server
  // each went. At most 65,535 frames.
  std::vector<std::optional<ServerNumber>> send(std::span<std::vector<std::uint8_t>> frames);

  // The lines of /proc/net/ip_vs_conn, without its head.
  static std::vector<std::string> connections();

 private:
  UniqueFd wire_;
};

}  // namespace drover::test
