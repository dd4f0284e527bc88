// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace drover::control {

// Who is at the other end of a connection.
struct ApiPeer {
  std::string who;       // "uid 0, pid 4711", or a client's address and port
  bool is_root = false;  // by the kernel's word, on a Unix socket
};

// Of a connected Unix socket, as the kernel knows it; of any other: "unknown".
ApiPeer peer_credentials(int socket);

}  // namespace drover::control
