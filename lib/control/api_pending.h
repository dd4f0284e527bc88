// SPDX-License-Identifier: BSD-3-Clause
// What stands between a handler, which may answer whenever it likes, and the coroutine of the
// connection that is to be answered. For the API's servers only.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "lib/control/api_reply.h"

namespace drover::control {

namespace asio = boost::asio;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

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

inline asio::awaitable<void> wait_for_work(Pending& pending) {
  while (!pending.has_work()) co_await pending.signal.async_wait(as_values);
}

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

}  // namespace drover::control
