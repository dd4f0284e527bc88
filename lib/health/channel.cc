// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/channel.h"

#include <sys/socket.h>

#include <cerrno>

#include "lib/base/result.h"

namespace drover::health {
namespace {

class Plain final : public Channel {
 public:
  explicit Plain(int socket) : socket_(socket) {}

  Step establish() override { return {}; }
  Step send(std::string_view bytes) override {
    return step(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), Want::writable);
  }
  Step receive(std::span<char> room) override {
    const ssize_t got = ::recv(socket_, room.data(), room.size(), 0);
    Step done = step(got, Want::readable);
    done.ended = got == 0;
    return done;
  }

 private:
  static Step step(ssize_t moved, Want want) {
    if (moved >= 0) return {.bytes = static_cast<std::size_t>(moved), .error = {}};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
      return {.want = want, .error = {}};
    return {.error = errno_text(errno)};
  }

  int socket_;
};

}  // namespace

std::unique_ptr<Channel> make_plain_channel(int socket) {
  return std::make_unique<Plain>(socket);
}

}  // namespace drover::health
