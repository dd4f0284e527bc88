// SPDX-License-Identifier: BSD-3-Clause
// A listening TCP socket.
#pragma once

#include <cstdint>
#include <string>

#include "lib/base/result.h"
#include "lib/control/file_descriptor.h"
#include "lib/net/address.h"

namespace drover::control {

// "198.51.100.7:40001", of a connected socket; "unknown" when it is connected no more.
std::string tcp_peer(int socket);

// Non-blocking, backlog 64. Errors name "ADDRESS:PORT": in use, not this host's, a port below 1024.
Result<FileDescriptor> listen_on_tcp(const IpAddress& address, std::uint16_t port);

}  // namespace drover::control
