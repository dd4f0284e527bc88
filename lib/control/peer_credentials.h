// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace drover::control {

// Who is at the other end of a connected Unix socket, as the kernel knows it: "uid 0, pid 4711".
std::string describe_peer(int socket);

}  // namespace drover::control
