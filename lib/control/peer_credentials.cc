// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/peer_credentials.h"

#include <fmt/format.h>
#include <sys/socket.h>

namespace drover::control {

ApiPeer peer_credentials(int socket) {
  int domain = 0;
  socklen_t length = sizeof domain;
  const bool is_unix =
      getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_UNIX;
  ucred peer{};
  length = sizeof peer;
  if (!is_unix || getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
    return {.who = "unknown"};
  return {.who = fmt::format("uid {}, pid {}", peer.uid, peer.pid), .is_root = peer.uid == 0};
}

}  // namespace drover::control
