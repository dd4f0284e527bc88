// SPDX-License-Identifier: BSD-3-Clause
// Bytes over a connected non-blocking socket, plain or within TLS. No call blocks or raises
// SIGPIPE.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace drover::health {

class Channel {
 public:
  enum class Want { nothing, readable, writable };
  struct Step {
    std::size_t bytes = 0;      // that were moved
    Want want = Want::nothing;  // what to wait for before the same call again
    bool ended = false;         // the peer has sent all
    std::string error;          // empty: none
  };

  virtual ~Channel() = default;
  // Once after the connection is open, before the rest.
  virtual Step establish() = 0;
  virtual Step send(std::string_view bytes) = 0;
  virtual Step receive(std::span<char> room) = 0;
};

// The socket stays its owner's.
std::unique_ptr<Channel> make_plain_channel(int socket);

}  // namespace drover::health
