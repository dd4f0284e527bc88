// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/api_write_log.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "lib/base/log.h"

namespace drover::control {
namespace {

constexpr std::size_t longest_text = 300;

// What a client sends may hold line breaks, which must not forge lines of the log.
std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : text.substr(0, longest_text))
    line += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
  return text.size() > longest_text ? line + "..." : line;
}

class LoggedExchange : public ApiExchange {
 public:
  LoggedExchange(std::unique_ptr<ApiExchange> exchange, const ApiRequest& request)
      : exchange_(std::move(exchange)),
        asked_(fmt::format("API: {}: {} {}{}{}", request.who, on_one_line(request.method),
                           on_one_line(request.path), request.body.empty() ? "" : " ",
                           on_one_line(request.body))) {}

  void send(ApiResponse response) override {
    log::info("{}: {}", asked_, response.status);
    exchange_->send(std::move(response));
  }
  void begin(std::string content_type) override {
    log::info("{}: 200", asked_);
    exchange_->begin(std::move(content_type));
  }
  void write(std::string piece, std::function<void(bool)> ready) override {
    exchange_->write(std::move(piece), std::move(ready));
  }
  void end() override { exchange_->end(); }
  void abandon() override { exchange_->abandon(); }

 private:
  std::unique_ptr<ApiExchange> exchange_;
  std::string asked_;
};

}  // namespace

ApiReply log_outcome(ApiReply reply, const ApiRequest& request) {
  return ApiReply(std::make_unique<LoggedExchange>(std::move(reply).release(), request));
}

}  // namespace drover::control
