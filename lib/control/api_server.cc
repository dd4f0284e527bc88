// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/api_server.h"

#include <boost/beast/core/basic_stream.hpp>
#include <optional>
#include <utility>

#include "lib/control/api_listener.h"
#include "lib/control/api_model.h"
#include "lib/control/tcp_listener.h"
#include "lib/control/unix_listener.h"

namespace drover::control {
namespace {

class PlainTransport {
 public:
  using Stream = beast::basic_stream<AnyFamily>;
  static constexpr const char* name = "API";

  // `file`: a Unix socket's.
  explicit PlainTransport(std::optional<UnixListener> file) : file_(std::move(file)) {}

  Stream wrap(Socket socket) { return Stream(std::move(socket)); }
  ApiPeer peer_of(Socket& socket) { return peer_credentials(socket.native_handle()); }
  Authorise authorise() { return nullptr; }
  asio::awaitable<bool> open(Stream& /*stream*/) { co_return true; }
  void close() { file_.reset(); }

  void turn_away(Socket& socket) {
    const std::string body = api::encode(Error{"", "droverd has too many API connections", ""});
    http::response<http::string_body> response(http::status::service_unavailable, 11, body);
    response.set(http::field::content_type, "application/json");
    response.keep_alive(false);
    response.prepare_payload();
    ErrorCode ignored;
    socket.non_blocking(true, ignored);
    http::write(socket, response, ignored);
  }

 private:
  std::optional<UnixListener> file_;
};

}  // namespace

class ApiServer::Listener : public ApiListener<PlainTransport> {
 public:
  using ApiListener::ApiListener;
};

Result<ApiServer> ApiServer::listen(asio::io_context& loop, const std::string& path,
                                    ApiHandler handler, const Limits& limits) {
  auto file = UnixListener::listen(path);
  if (!file) return tl::unexpected(file.error());
  FileDescriptor socket(file->release());
  auto listener =
      std::make_shared<Listener>(loop, AF_UNIX, std::move(socket), PlainTransport(std::move(*file)),
                                 std::move(handler), limits);
  listener->start();
  return ApiServer(std::move(listener));
}

Result<ApiServer> ApiServer::listen(asio::io_context& loop, const IpAddress& address,
                                    std::uint16_t port, ApiHandler handler, const Limits& limits) {
  auto socket = listen_on_tcp(address, port);
  if (!socket) return tl::unexpected(socket.error());
  auto listener =
      std::make_shared<Listener>(loop, address.is_v6() ? AF_INET6 : AF_INET, std::move(*socket),
                                 PlainTransport(std::nullopt), std::move(handler), limits);
  listener->start();
  return ApiServer(std::move(listener));
}

ApiServer::ApiServer(std::shared_ptr<Listener> listener) : listener_(std::move(listener)) {}
ApiServer::ApiServer(ApiServer&&) noexcept = default;

ApiServer& ApiServer::operator=(ApiServer&& other) noexcept {
  std::swap(listener_, other.listener_);
  return *this;
}

ApiServer::~ApiServer() {
  if (listener_) listener_->stop();
}

}  // namespace drover::control
