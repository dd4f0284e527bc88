// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/peer_credentials.h"

#include <fmt/format.h>
#include <sys/socket.h>

namespace drover::control {

std::string describe_peer(int socket) {
  ucred peer{};
  socklen_t length = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return "unknown";
  return fmt::format("uid {}, pid {}", peer.uid, peer.pid);
}

}  // namespace drover::control
