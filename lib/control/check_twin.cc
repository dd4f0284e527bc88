// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/check_twin.h"

#include <sys/socket.h>

#include <cerrno>
#include <optional>

#include "lib/control/event_source.h"
#include "lib/health/socket_address.h"

namespace drover::control {
namespace {

constexpr linger close_by_reset{.l_onoff = 1, .l_linger = 0};

}  // namespace

struct CheckTwin::State {
  explicit State(boost::asio::io_context& its_loop) : loop(its_loop) {}

  void ended() {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(connection->get(), SOL_SOCKET, SO_ERROR, &error, &length);
    sockaddr_storage peer{};
    socklen_t peer_length = sizeof peer;
    // A readiness may be another's that had this descriptor before.
    const bool is_open =
        getpeername(connection->get(), reinterpret_cast<sockaddr*>(&peer), &peer_length) == 0;
    answer = error == ECONNREFUSED   ? Answer::refused
             : error == 0 && is_open ? Answer::accepted
                                     : Answer::none;
    connection.reset();
  }

  boost::asio::io_context& loop;
  std::optional<Writable> connection;
  Answer answer = Answer::none;
};

CheckTwin::CheckTwin(boost::asio::io_context& loop) : state_(std::make_shared<State>(loop)) {}

void CheckTwin::start(const IpAddress& address, std::uint16_t port, const Prepare& prepare) {
  state_->connection.reset();
  FileDescriptor made(
      socket(health::family_of(address), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (prepare && !prepare(made.get())) return;
  setsockopt(made.get(), SOL_SOCKET, SO_LINGER, &close_by_reset, sizeof close_by_reset);
  const health::SocketAddress to(address, port);
  if (connect(made.get(), to.get(), to.length) != 0 && errno != EINPROGRESS) return;
  state_->connection.emplace(state_->loop, std::move(made),
                             [this_one = state_.get()] { this_one->ended(); });
}

void CheckTwin::stop() {
  state_->connection.reset();
  state_->answer = Answer::none;
}

CheckTwin::Answer CheckTwin::answer() const {
  return state_->answer;
}

}  // namespace drover::control
