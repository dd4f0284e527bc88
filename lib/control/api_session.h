// SPDX-License-Identifier: BSD-3-Clause
// One connection of a client: HTTP/1.1 over any stream of Beast's, as a coroutine. For the API's
// servers only; each of them compiles it for its own stream.
#pragma once

#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "lib/control/api_model.h"
#include "lib/control/api_pending.h"
#include "lib/control/api_server.h"
#include "lib/control/api_target.h"
#include "lib/control/peer_credentials.h"

namespace drover::control {

namespace beast = boost::beast;
namespace http = beast::http;

using ErrorCode = boost::system::error_code;

inline unsigned status_of(const ErrorCode& error) {
  if (error == http::error::header_limit) return 431;
  if (error == http::error::body_limit) return 413;
  return 400;
}

// Whether the Authorization header will do.
using Authorise = std::function<bool(std::string_view authorization)>;

template <class Stream>
class ApiSession {
 public:
  // What it refers to outlives it; none to authorise: everybody may ask.
  ApiSession(Stream stream, ApiPeer peer, const ApiHandler& handler,
             const ApiServer::Limits& limits, Authorise authorise = nullptr)
      : stream_(std::move(stream)),
        peer_(std::move(peer)),
        handler_(handler),
        limits_(limits),
        authorise_(std::move(authorise)) {}

  Stream& stream() { return stream_; }

  // Answers one request after the other until the client or close() ends it.
  asio::awaitable<void> serve() {
    beast::flat_buffer buffer;
    auto timeout = limits_.request_timeout;
    while (is_open()) {
      if (buffer.size() == 0) {
        lowest().expires_after(timeout);
        const auto [error, length] =
            co_await stream_.async_read_some(buffer.prepare(read_step_bytes), as_values);
        if (error) co_return;
        buffer.commit(length);
      }
      if (!co_await answer_one(buffer)) co_return;
      timeout = limits_.idle_timeout;
    }
  }

  void close() {
    ErrorCode ignored;
    lowest().socket().close(ignored);
    if (pending_) {
      pending_->closed = true;
      pending_->signal.cancel();
    }
  }

 private:
  static constexpr std::size_t read_step_bytes = 4096;

  auto& lowest() { return beast::get_lowest_layer(stream_); }
  bool is_open() { return lowest().socket().is_open(); }

  // Whether the connection may carry another request.
  asio::awaitable<bool> answer_one(beast::flat_buffer& buffer) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
    parser.body_limit(limits_.body_bytes);
    lowest().expires_after(limits_.request_timeout);
    const auto [error, length] = co_await http::async_read(stream_, buffer, parser, as_values);
    if (error == http::error::end_of_stream || error == http::error::partial_message ||
        error == asio::error::operation_aborted || error == beast::error::timeout || !is_open())
      co_return false;
    if (error) {
      co_await refuse(status_of(error), error.message());
      co_return false;
    }
    const auto& message = parser.get();
    const std::string_view target(message.target().data(), message.target().size());
    if (authorise_ && !authorise_(std::string_view(message[http::field::authorization]))) {
      co_await refuse(401, "the request has no valid bearer token");
      co_return false;
    }
    const auto parsed = parse_target(target);
    if (!parsed) {
      co_await refuse(400, "the request's target is malformed");
      co_return false;
    }
    const auto pending = std::make_shared<Pending>(stream_.get_executor());
    const Closing closing(pending);
    pending_ = pending;
    lowest().expires_never();
    handler_({.method = std::string(message.method_string()),
              .path = parsed->path,
              .query = parsed->query,
              .body = message.body(),
              .who = peer_.who,
              .is_root = peer_.is_root},
             ApiReply(std::make_unique<Exchange>(pending)));
    co_return co_await send_answer(message, *pending);
  }

  asio::awaitable<bool> send_answer(const http::request<http::string_body>& request,
                                    Pending& pending) {
    co_await wait_for_work(pending);
    if (pending.closed) co_return false;
    if (pending.response) co_return co_await send_whole(request, *pending.response);
    if (pending.stream_type) co_return co_await send_pieces(request, pending);
    co_return false;
  }

  asio::awaitable<void> refuse(unsigned status, std::string what) {
    http::request<http::string_body> request(http::verb::get, "/", 11);
    request.keep_alive(false);
    const ApiResponse response{.status = status, .body = api::encode(Error{"", what, ""})};
    co_await send_whole(request, response);
  }

  asio::awaitable<bool> send_whole(const http::request<http::string_body>& request,
                                   const ApiResponse& answer) {
    http::response<http::string_body> response(static_cast<http::status>(answer.status),
                                               request.version(), answer.body);
    response.set(http::field::content_type, answer.content_type);
    if (!answer.allow.empty()) response.set(http::field::allow, answer.allow);
    if (answer.status == 401) response.set(http::field::www_authenticate, "Bearer");
    response.keep_alive(request.keep_alive());
    response.prepare_payload();
    if (request.method() == http::verb::head) response.body().clear();
    lowest().expires_after(limits_.write_timeout);
    const auto [error, length] = co_await http::async_write(stream_, response, as_values);
    co_return !error && request.keep_alive();
  }

  asio::awaitable<bool> send_pieces(const http::request<http::string_body>& request,
                                    Pending& pending) {
    const bool chunked = request.version() >= 11;
    http::response<http::empty_body> head(http::status::ok, request.version());
    head.set(http::field::content_type, *std::exchange(pending.stream_type, std::nullopt));
    head.chunked(chunked);
    head.keep_alive(chunked && request.keep_alive());
    http::response_serializer<http::empty_body> serializer(head);
    lowest().expires_after(limits_.write_timeout);
    auto [error, length] = co_await http::async_write_header(stream_, serializer, as_values);
    while (true) {
      co_await wait_for_work(pending);
      if (pending.piece) {
        const std::string piece = *std::exchange(pending.piece, std::nullopt);
        const auto ready = std::exchange(pending.ready, nullptr);
        if (!error && !pending.closed) error = co_await send_piece(piece, chunked);
        if (error) pending.closed = true;
        ready(!pending.closed);
      } else if (pending.closed || pending.abandoned || error) {
        co_return false;
      } else {
        break;  // ended
      }
    }
    if (!chunked) co_return false;
    lowest().expires_after(limits_.write_timeout);
    std::tie(error, length) =
        co_await asio::async_write(stream_, http::make_chunk_last(), as_values);
    co_return !error && request.keep_alive();
  }

  asio::awaitable<ErrorCode> send_piece(const std::string& piece, bool chunked) {
    if (piece.empty()) co_return ErrorCode();  // an empty chunk would end the answer
    lowest().expires_after(limits_.write_timeout);
    const auto bytes = asio::buffer(piece);
    const auto [error, length] =
        chunked ? co_await asio::async_write(stream_, http::make_chunk(bytes), as_values)
                : co_await asio::async_write(stream_, bytes, as_values);
    lowest().expires_never();
    co_return error;
  }

  Stream stream_;
  ApiPeer peer_;
  const ApiHandler& handler_;
  const ApiServer::Limits& limits_;
  Authorise authorise_;
  std::shared_ptr<Pending> pending_;  // of the request that is being answered
};

}  // namespace drover::control
