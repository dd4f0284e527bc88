// SPDX-License-Identifier: BSD-3-Clause
// Accepts the connections of one listening socket, up to a bound of its own, and serves them. For
// the API's servers only; what they differ in is their Transport:
//
//   using Stream = ...;                            // any of Beast's over a Socket
//   static constexpr const char* name = ...;       // for the log
//   Stream wrap(Socket socket);
//   ApiPeer peer_of(Socket& socket);
//   Authorise authorise();                         // see ApiSession
//   asio::awaitable<bool> open(Stream& stream);    // false: the connection ends
//   void turn_away(Socket& socket);                // one too many
//   void close();                                  // the listener has stopped
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <set>
#include <utility>

#include "lib/base/log.h"
#include "lib/control/api_session.h"
#include "lib/control/file_descriptor.h"
#include "lib/control/peer_credentials.h"

namespace drover::control {

using AnyFamily = asio::generic::stream_protocol;
using Socket = AnyFamily::socket;

template <class Transport>
class ApiListener : public std::enable_shared_from_this<ApiListener<Transport>> {
 public:
  ApiListener(asio::io_context& loop, int family, FileDescriptor socket, Transport transport,
              ApiHandler handler, const ApiServer::Limits& limits)
      : transport_(std::move(transport)),
        acceptor_(loop, AnyFamily(family, 0), socket.release()),
        handler_(std::move(handler)),
        limits_(limits) {}

  void start() {
    asio::co_spawn(acceptor_.get_executor(), accept(this->shared_from_this()), asio::detached);
  }

  void stop() {
    ErrorCode ignored;
    acceptor_.close(ignored);
    transport_.close();  // now: the coroutines live on until the loop comes round to them
    for (Session* session : sessions_) session->close();
  }

 private:
  using Session = ApiSession<typename Transport::Stream>;
  using Self = std::shared_ptr<ApiListener>;  // kept for as long as a coroutine runs

  static constexpr std::chrono::milliseconds pause_without_descriptors{100};

  asio::awaitable<void> accept(Self self) {
    while (acceptor_.is_open()) {
      auto [error, socket] = co_await acceptor_.async_accept(as_values);
      if (error == asio::error::operation_aborted) co_return;
      if (error) {
        log::warning("{}: {}", Transport::name, error.message());
        asio::steady_timer pause(acceptor_.get_executor(), pause_without_descriptors);
        co_await pause.async_wait(as_values);
      } else if (sessions_.size() >= limits_.connections) {
        transport_.turn_away(socket);
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
      log::error("{}: {}", Transport::name, problem.what());
    }
  }

  asio::awaitable<void> serve(Self self, Socket socket) {
    ApiPeer peer = transport_.peer_of(socket);
    Session session(transport_.wrap(std::move(socket)), std::move(peer), handler_, limits_,
                    transport_.authorise());
    sessions_.insert(&session);
    const auto forget = [&self, &session](void*) { self->sessions_.erase(&session); };
    const std::unique_ptr<void, decltype(forget)> membership(&session, forget);
    beast::get_lowest_layer(session.stream()).expires_after(limits_.request_timeout);
    if (co_await transport_.open(session.stream())) co_await session.serve();
  }

  Transport transport_;
  asio::basic_socket_acceptor<AnyFamily> acceptor_;
  ApiHandler handler_;
  ApiServer::Limits limits_;
  std::set<Session*> sessions_;
};

}  // namespace drover::control
