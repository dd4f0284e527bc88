// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/api_tls_server.h"

#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <string>
#include <utility>

#include "lib/control/api_listener.h"
#include "lib/control/bearer_token.h"
#include "lib/control/tcp_listener.h"

namespace drover::control {
namespace {

namespace ssl = asio::ssl;

Result<ssl::context> make_context(const config::Api& settings) {
  ssl::context context(ssl::context::tls_server);
  context.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 |
                      ssl::context::no_tlsv1_1 | ssl::context::single_dh_use);
  ErrorCode error;
  context.use_certificate_chain_file(settings.certificate, error);
  if (error) return failure(settings.certificate, "no certificate in PEM: " + error.message());
  context.use_private_key_file(settings.key, ssl::context::pem, error);
  if (error) return failure(settings.key, "not the certificate's key in PEM: " + error.message());
  return context;
}

class TlsTransport {
 public:
  using Stream = beast::ssl_stream<beast::basic_stream<AnyFamily>>;
  static constexpr const char* name = "API over TLS";

  TlsTransport(ssl::context context, BearerToken token)
      : context_(std::move(context)), token_(std::move(token)) {}

  Stream wrap(Socket socket) { return Stream(std::move(socket), context_); }
  ApiPeer peer_of(Socket& socket) { return {.who = tcp_peer(socket.native_handle())}; }
  Authorise authorise() {
    return [this](std::string_view authorization) { return token_.matches(authorization); };
  }
  asio::awaitable<bool> open(Stream& stream) {
    const auto [error] = co_await stream.async_handshake(ssl::stream_base::server, as_values);
    co_return !error;
  }
  void turn_away(Socket& /*socket*/) {}  // it is closed
  void close() {}

 private:
  ssl::context context_;
  BearerToken token_;
};

}  // namespace

class ApiTlsServer::Listener : public ApiListener<TlsTransport> {
 public:
  using ApiListener::ApiListener;
};

Result<ApiTlsServer> ApiTlsServer::listen(asio::io_context& loop, const config::Api& settings,
                                          ApiHandler handler) {
  auto token = BearerToken::read(settings.token_file);
  if (!token) return tl::unexpected(token.error());
  auto context = make_context(settings);
  if (!context) return tl::unexpected(context.error());
  auto socket = listen_on_tcp(settings.listen->address, settings.listen->port);
  if (!socket) return tl::unexpected(socket.error());
  auto listener = std::make_shared<Listener>(
      loop, settings.listen->address.is_v6() ? AF_INET6 : AF_INET, std::move(*socket),
      TlsTransport(std::move(*context), std::move(*token)), std::move(handler),
      ApiServer::Limits());
  listener->start();
  return ApiTlsServer(std::move(listener));
}

ApiTlsServer::ApiTlsServer(std::shared_ptr<Listener> listener) : listener_(std::move(listener)) {}
ApiTlsServer::ApiTlsServer(ApiTlsServer&&) noexcept = default;

ApiTlsServer& ApiTlsServer::operator=(ApiTlsServer&& other) noexcept {
  std::swap(listener_, other.listener_);
  return *this;
}

ApiTlsServer::~ApiTlsServer() {
  if (listener_) listener_->stop();
}

}  // namespace drover::control
