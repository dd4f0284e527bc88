// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/check_twin.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "lib/health/socket_address.h"

namespace drover::control {
namespace {

constexpr linger close_by_reset{.l_onoff = 1, .l_linger = 0};

}  // namespace

void CheckTwin::start(const IpAddress& server, std::uint16_t port) {
  if (socket_.is_open()) return;
  socket_ = FileDescriptor(
      socket(health::family_of(server), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &close_by_reset, sizeof close_by_reset);
  const health::SocketAddress address(server, port);
  if (connect(socket_.get(), address.get(), address.length) != 0 && errno != EINPROGRESS)
    socket_ = {};
}

bool CheckTwin::server_answered() {
  if (!socket_.is_open()) return false;
  pollfd state{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
  if (poll(&state, 1, 0) == 0) return false;  // still under way
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &length);
  socket_ = {};
  return error == 0 || error == ECONNREFUSED;
}

}  // namespace drover::control
