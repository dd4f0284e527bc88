// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/api_server.h"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <exception>
#include <optional>
#include <set>
#include <utility>

#include "lib/base/log.h"
#include "lib/control/api_model.h"
#include "lib/control/api_session.h"
#include "lib/control/peer_credentials.h"
#include "lib/control/tcp_listener.h"
#include "lib/control/unix_listener.h"

namespace drover::control {
namespace {

using AnyFamily = asio::generic::stream_protocol;
using Acceptor = asio::basic_socket_acceptor<AnyFamily>;
using Stream = beast::basic_stream<AnyFamily>;
using Session = ApiSession<Stream>;

constexpr std::chrono::milliseconds accept_pause{100};  // when descriptors have run out

}  // namespace

class ApiServer::Listener : public std::enable_shared_from_this<Listener> {
 public:
  // `file`: a Unix socket's.
  Listener(asio::io_context& loop, int family, FileDescriptor socket,
           std::optional<UnixListener> file, ApiHandler handler, const Limits& limits)
      : file_(std::move(file)),
        acceptor_(loop, AnyFamily(family, 0), socket.release()),
        handler_(std::move(handler)),
        limits_(limits) {}

  void start() {
    asio::co_spawn(acceptor_.get_executor(), accept(shared_from_this()), asio::detached);
  }

  void stop() {
    ErrorCode ignored;
    acceptor_.close(ignored);
    file_.reset();  // now: the coroutines live on until the loop comes round to them
    for (Session* session : sessions_) session->close();
  }

 private:
  // `self` keeps the listener for as long as the coroutine runs.
  asio::awaitable<void> accept(std::shared_ptr<Listener> self) {
    while (acceptor_.is_open()) {
      auto [error, socket] = co_await acceptor_.async_accept(as_values);
      if (error == asio::error::operation_aborted) co_return;
      if (error) {
        log::warning("API socket: {}", error.message());
        asio::steady_timer pause(acceptor_.get_executor(), accept_pause);
        co_await pause.async_wait(as_values);
      } else if (sessions_.size() >= limits_.connections) {
        turn_away(socket);
      } else {
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
      log::error("API: {}", problem.what());
    }
  }

  static void turn_away(AnyFamily::socket& socket) {
    const std::string body = api::encode(Error{"", "droverd has too many API connections", ""});
    http::response<http::string_body> response(http::status::service_unavailable, 11, body);
    response.set(http::field::content_type, "application/json");
    response.keep_alive(false);
    response.prepare_payload();
    ErrorCode ignored;
    socket.non_blocking(true, ignored);
    http::write(socket, response, ignored);
  }

  asio::awaitable<void> serve(std::shared_ptr<Listener> self, AnyFamily::socket socket) {
    const std::string who = describe_peer(socket.native_handle());
    Session session(Stream(std::move(socket)), who, handler_, limits_);
    sessions_.insert(&session);
    const auto forget = [&self, &session](void*) { self->sessions_.erase(&session); };
    const std::unique_ptr<void, decltype(forget)> membership(&session, forget);
    co_await session.serve();
  }

  std::optional<UnixListener> file_;
  Acceptor acceptor_;
  ApiHandler handler_;
  Limits limits_;
  std::set<Session*> sessions_;
};

Result<ApiServer> ApiServer::listen(asio::io_context& loop, const std::string& path,
                                    ApiHandler handler, const Limits& limits) {
  auto file = UnixListener::listen(path);
  if (!file) return tl::unexpected(file.error());
  FileDescriptor socket(file->release());
  auto listener = std::make_shared<Listener>(loop, AF_UNIX, std::move(socket), std::move(*file),
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
                                 std::nullopt, std::move(handler), limits);
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
