// SPDX-License-Identifier: BSD-3-Clause
// HTTP/1.1 on a Unix or a TCP socket. Lives on the control thread: made, called and destroyed
// there.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "lib/control/api_reply.h"
#include "lib/net/address.h"

namespace boost::asio {
class io_context;
}

namespace drover::control {

class ApiServer {
 public:
  struct Limits {
    std::size_t connections = 32;  // one more is answered with 503
    std::size_t header_bytes = 8 * 1024;
    std::size_t body_bytes = 64 * 1024;
    std::chrono::milliseconds request_timeout{10'000};  // for a whole request to arrive
    std::chrono::milliseconds idle_timeout{60'000};     // between two requests
    std::chrono::milliseconds write_timeout{300'000};   // a pager may hold a listing for a while
  };

  // Listens at once; the socket has mode 0660, a missing parent directory is made (0755). A socket
  // file that nobody listens on is replaced. Errors: a live daemon there, a file that is no
  // socket, permissions, a path beyond 107 bytes.
  static Result<ApiServer> listen(boost::asio::io_context& loop, const std::string& path,
                                  ApiHandler handler, const Limits& limits);
  static Result<ApiServer> listen(boost::asio::io_context& loop, const std::string& path,
                                  ApiHandler handler) {
    return listen(loop, path, std::move(handler), Limits());
  }
  // In plain text: for what anybody may read who can connect. Errors: as bind(2).
  static Result<ApiServer> listen(boost::asio::io_context& loop, const IpAddress& address,
                                  std::uint16_t port, ApiHandler handler, const Limits& limits);

  ApiServer(ApiServer&&) noexcept;
  ApiServer& operator=(ApiServer&&) noexcept;
  // Closes every connection and removes the socket file if it is still this server's. Streams that
  // handlers hold may outlive it: their writes call ready(false).
  ~ApiServer();

 private:
  class Listener;
  explicit ApiServer(std::shared_ptr<Listener> listener);
  std::shared_ptr<Listener> listener_;
};

}  // namespace drover::control
