// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/api_tls_server.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <exception>
#include <set>
#include <string>
#include <utility>

#include "lib/base/log.h"
#include "lib/control/api_session.h"
#include "lib/control/bearer_token.h"

namespace drover::control {
namespace {

namespace ssl = asio::ssl;

using Tcp = asio::ip::tcp;
using Stream = beast::ssl_stream<beast::tcp_stream>;
using Session = ApiSession<Stream>;

constexpr std::chrono::milliseconds accept_pause{100};  // when descriptors have run out

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

Result<Tcp::acceptor> make_acceptor(asio::io_context& loop, const config::Listen& listen) {
  const std::string where = to_string(listen.address, listen.port);
  ErrorCode error;
  const auto address = asio::ip::make_address(to_string(listen.address), error);
  if (error) return failure(where, error.message());
  const Tcp::endpoint endpoint(address, listen.port);
  Tcp::acceptor acceptor(loop);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return failure(where, error.message(), "choose another api.listen");
  return acceptor;
}

}  // namespace

class ApiTlsServer::Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(Tcp::acceptor acceptor, ssl::context context, BearerToken token, ApiHandler handler)
      : acceptor_(std::move(acceptor)),
        context_(std::move(context)),
        token_(std::move(token)),
        handler_(std::move(handler)) {}

  void start() {
    asio::co_spawn(acceptor_.get_executor(), accept(shared_from_this()), asio::detached);
  }

  void stop() {
    ErrorCode ignored;
    acceptor_.close(ignored);
    for (Session* session : sessions_) session->close();
  }

 private:
  // `self` keeps the listener for as long as the coroutine runs.
  asio::awaitable<void> accept(std::shared_ptr<Listener> self) {
    while (acceptor_.is_open()) {
      auto [error, socket] = co_await acceptor_.async_accept(as_values);
      if (error == asio::error::operation_aborted) co_return;
      if (error) {
        log::warning("API over TLS: {}", error.message());
        asio::steady_timer pause(acceptor_.get_executor(), accept_pause);
        co_await pause.async_wait(as_values);
      } else if (sessions_.size() < limits_.connections) {  // else it is closed
        asio::co_spawn(acceptor_.get_executor(), serve(self, std::move(socket)),
                       [](const std::exception_ptr& thrown) { report(thrown); });
      }
    }
  }

  static void report(const std::exception_ptr& thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& problem) {
      log::error("API over TLS: {}", problem.what());
    }
  }

  asio::awaitable<void> serve(std::shared_ptr<Listener> self, Tcp::socket socket) {
    ErrorCode gone;
    const auto client = socket.remote_endpoint(gone);
    if (gone) co_return;
    Session session(
        Stream(std::move(socket), context_),
        fmt::format("{} port {}", client.address().to_string(), client.port()), handler_, limits_,
        [this](std::string_view authorization) { return token_.matches(authorization); });
    sessions_.insert(&session);
    const auto forget = [&self, &session](void*) { self->sessions_.erase(&session); };
    const std::unique_ptr<void, decltype(forget)> membership(&session, forget);
    beast::get_lowest_layer(session.stream()).expires_after(limits_.request_timeout);
    const auto [error] =
        co_await session.stream().async_handshake(ssl::stream_base::server, as_values);
    if (!error) co_await session.serve();
  }

  Tcp::acceptor acceptor_;
  ssl::context context_;
  BearerToken token_;
  ApiHandler handler_;
  ApiServer::Limits limits_;
  std::set<Session*> sessions_;
};

Result<ApiTlsServer> ApiTlsServer::listen(asio::io_context& loop, const config::Api& settings,
                                          ApiHandler handler) {
  auto token = BearerToken::read(settings.token_file);
  if (!token) return tl::unexpected(token.error());
  auto context = make_context(settings);
  if (!context) return tl::unexpected(context.error());
  auto acceptor = make_acceptor(loop, *settings.listen);
  if (!acceptor) return tl::unexpected(acceptor.error());
  auto listener = std::make_shared<Listener>(std::move(*acceptor), std::move(*context),
                                             std::move(*token), std::move(handler));
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
