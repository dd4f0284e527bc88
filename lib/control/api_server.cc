// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/api_server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "lib/base/log.h"
#include "lib/control/api_model.h"
#include "lib/control/api_target.h"
#include "lib/control/peer_credentials.h"
#include "lib/control/unix_listener.h"

namespace drover::control {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using Local = asio::local::stream_protocol;
using Stream = beast::basic_stream<Local>;
using ErrorCode = boost::system::error_code;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t read_step_bytes = 4096;
constexpr std::chrono::milliseconds accept_pause{100};  // when descriptors have run out

// What the handler has asked for and the connection's coroutine has not yet done.
struct Pending {
  explicit Pending(const asio::any_io_executor& executor)
      : signal(executor, asio::steady_timer::time_point::max()) {}

  asio::steady_timer signal;  // never fires; cancelled when something changed
  std::optional<ApiResponse> response;
  std::optional<std::string> stream_type;
  std::optional<std::string> piece;
  std::function<void(bool)> ready;
  bool ended = false;
  bool abandoned = false;
  bool closed = false;  // by the connection: nothing is sent any more

  bool has_work() const { return response || stream_type || piece || ended || abandoned || closed; }
  void wake() {
    if (!closed) signal.cancel();
  }
};

class Exchange : public ApiExchange {
 public:
  explicit Exchange(std::shared_ptr<Pending> pending) : pending_(std::move(pending)) {}

  void send(ApiResponse response) override {
    pending_->response = std::move(response);
    pending_->wake();
  }
  void begin(std::string content_type) override {
    pending_->stream_type = std::move(content_type);
    pending_->wake();
  }
  void write(std::string piece, std::function<void(bool)> ready) override {
    if (pending_->closed) {
      asio::post(pending_->signal.get_executor(), [ready = std::move(ready)] { ready(false); });
      return;
    }
    pending_->piece = std::move(piece);
    pending_->ready = std::move(ready);
    pending_->wake();
  }
  void end() override {
    pending_->ended = true;
    pending_->wake();
  }
  void abandon() override {
    pending_->abandoned = true;
    pending_->wake();
  }

 private:
  std::shared_ptr<Pending> pending_;
};

asio::awaitable<void> wait_for_work(Pending& pending) {
  while (!pending.has_work()) co_await pending.signal.async_wait(as_values);
}

struct Session {
  explicit Session(Local::socket socket)
      : who(describe_peer(socket.native_handle())), stream(std::move(socket)) {}

  void close() {
    ErrorCode ignored;
    stream.socket().close(ignored);
    if (pending) {
      pending->closed = true;
      pending->signal.cancel();
    }
  }

  std::string who;
  Stream stream;
  std::shared_ptr<Pending> pending;  // of the request that is being answered
};

// However the connection's coroutine ends, the handler's side learns that nobody listens.
class Closing {
 public:
  explicit Closing(std::shared_ptr<Pending> pending) : pending_(std::move(pending)) {}
  Closing(const Closing&) = delete;
  Closing& operator=(const Closing&) = delete;
  ~Closing() { pending_->closed = true; }

 private:
  std::shared_ptr<Pending> pending_;
};

unsigned status_of(const ErrorCode& error) {
  if (error == http::error::header_limit) return 431;
  if (error == http::error::body_limit) return 413;
  return 400;
}

}  // namespace

class ApiServer::Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(asio::io_context& loop, UnixListener socket, ApiHandler handler, const Limits& limits)
      : file_(std::move(socket)),
        acceptor_(loop, Local(), file_->release()),
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

  static void turn_away(Local::socket& socket) {
    const std::string body = api::encode(Error{"", "droverd has too many API connections", ""});
    http::response<http::string_body> response(http::status::service_unavailable, 11, body);
    response.set(http::field::content_type, "application/json");
    response.keep_alive(false);
    response.prepare_payload();
    ErrorCode ignored;
    socket.non_blocking(true, ignored);
    http::write(socket, response, ignored);
  }

  asio::awaitable<void> serve(std::shared_ptr<Listener> self, Local::socket socket) {
    Session session(std::move(socket));
    sessions_.insert(&session);
    const auto forget = [&self, &session](void*) { self->sessions_.erase(&session); };
    const std::unique_ptr<void, decltype(forget)> membership(&session, forget);
    beast::flat_buffer buffer;
    auto timeout = limits_.request_timeout;
    while (session.stream.socket().is_open()) {
      if (buffer.size() == 0) {
        session.stream.expires_after(timeout);
        const auto [error, length] =
            co_await session.stream.async_read_some(buffer.prepare(read_step_bytes), as_values);
        if (error) co_return;
        buffer.commit(length);
      }
      if (!co_await answer_one(session, buffer)) co_return;
      timeout = limits_.idle_timeout;
    }
  }

  // Whether the connection may carry another request.
  asio::awaitable<bool> answer_one(Session& session, beast::flat_buffer& buffer) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
    parser.body_limit(limits_.body_bytes);
    session.stream.expires_after(limits_.request_timeout);
    const auto [error, length] =
        co_await http::async_read(session.stream, buffer, parser, as_values);
    if (error == http::error::end_of_stream || error == http::error::partial_message ||
        error == asio::error::operation_aborted || error == beast::error::timeout ||
        !session.stream.socket().is_open())
      co_return false;
    if (error) {
      co_await refuse(session, status_of(error), error.message());
      co_return false;
    }
    const auto& message = parser.get();
    const std::string_view target(message.target().data(), message.target().size());
    const auto parsed = parse_target(target);
    if (!parsed) {
      co_await refuse(session, 400, "the request's target is malformed");
      co_return false;
    }
    const auto pending = std::make_shared<Pending>(session.stream.get_executor());
    const Closing closing(pending);
    session.pending = pending;
    session.stream.expires_never();
    handler_({.method = std::string(message.method_string()),
              .path = parsed->path,
              .query = parsed->query,
              .body = message.body(),
              .who = session.who},
             ApiReply(std::make_unique<Exchange>(pending)));
    co_return co_await send_answer(session, message, *pending);
  }

  asio::awaitable<bool> send_answer(Session& session,
                                    const http::request<http::string_body>& request,
                                    Pending& pending) {
    co_await wait_for_work(pending);
    if (pending.closed) co_return false;
    if (pending.response) co_return co_await send_whole(session, request, *pending.response);
    if (pending.stream_type) co_return co_await send_pieces(session, request, pending);
    co_return false;
  }

  asio::awaitable<void> refuse(Session& session, unsigned status, std::string what) {
    http::request<http::string_body> request(http::verb::get, "/", 11);
    request.keep_alive(false);
    const ApiResponse response{.status = status, .body = api::encode(Error{"", what, ""})};
    co_await send_whole(session, request, response);
  }

  asio::awaitable<bool> send_whole(Session& session,
                                   const http::request<http::string_body>& request,
                                   const ApiResponse& answer) {
    http::response<http::string_body> response(static_cast<http::status>(answer.status),
                                               request.version(), answer.body);
    response.set(http::field::content_type, answer.content_type);
    if (!answer.allow.empty()) response.set(http::field::allow, answer.allow);
    response.keep_alive(request.keep_alive());
    response.prepare_payload();
    if (request.method() == http::verb::head) response.body().clear();
    session.stream.expires_after(limits_.write_timeout);
    const auto [error, length] = co_await http::async_write(session.stream, response, as_values);
    co_return !error && request.keep_alive();
  }

  asio::awaitable<bool> send_pieces(Session& session,
                                    const http::request<http::string_body>& request,
                                    Pending& pending) {
    const bool chunked = request.version() >= 11;
    http::response<http::empty_body> head(http::status::ok, request.version());
    head.set(http::field::content_type, *std::exchange(pending.stream_type, std::nullopt));
    head.chunked(chunked);
    head.keep_alive(chunked && request.keep_alive());
    http::response_serializer<http::empty_body> serializer(head);
    session.stream.expires_after(limits_.write_timeout);
    auto [error, length] = co_await http::async_write_header(session.stream, serializer, as_values);
    while (true) {
      co_await wait_for_work(pending);
      if (pending.piece) {
        const std::string piece = *std::exchange(pending.piece, std::nullopt);
        const auto ready = std::exchange(pending.ready, nullptr);
        if (!error && !pending.closed) error = co_await send_piece(session, piece, chunked);
        if (error) pending.closed = true;
        ready(!pending.closed);
      } else if (pending.closed || pending.abandoned || error) {
        co_return false;
      } else {
        break;  // ended
      }
    }
    if (!chunked) co_return false;
    session.stream.expires_after(limits_.write_timeout);
    std::tie(error, length) =
        co_await asio::async_write(session.stream, http::make_chunk_last(), as_values);
    co_return !error && request.keep_alive();
  }

  asio::awaitable<ErrorCode> send_piece(Session& session, const std::string& piece, bool chunked) {
    if (piece.empty()) co_return ErrorCode();  // an empty chunk would end the answer
    session.stream.expires_after(limits_.write_timeout);
    const auto bytes = asio::buffer(piece);
    const auto [error, length] =
        chunked ? co_await asio::async_write(session.stream, http::make_chunk(bytes), as_values)
                : co_await asio::async_write(session.stream, bytes, as_values);
    session.stream.expires_never();
    co_return error;
  }

  std::optional<UnixListener> file_;
  Local::acceptor acceptor_;
  ApiHandler handler_;
  Limits limits_;
  std::set<Session*> sessions_;
};

Result<ApiServer> ApiServer::listen(asio::io_context& loop, const std::string& path,
                                    ApiHandler handler, const Limits& limits) {
  auto socket = UnixListener::listen(path);
  if (!socket) return tl::unexpected(socket.error());
  auto listener = std::make_shared<Listener>(loop, std::move(*socket), std::move(handler), limits);
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
