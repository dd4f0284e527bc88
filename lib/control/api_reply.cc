// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/api_reply.h"

#include <utility>

#include "lib/control/api_model.h"

namespace drover::control {

ApiStream::~ApiStream() {
  if (exchange_) exchange_->abandon();
}

void ApiStream::write(std::string piece, std::function<void(bool)> ready) {
  exchange_->write(std::move(piece), std::move(ready));
}

void ApiStream::end() {
  std::exchange(exchange_, nullptr)->end();
}

ApiReply::~ApiReply() {
  if (exchange_) error(500, {"", "droverd gave no answer", ""});
}

void ApiReply::json(std::string body) {
  send({.status = 200, .body = std::move(body)});
}

void ApiReply::error(unsigned status, const Error& error) {
  send({.status = status, .body = api::encode(error)});
}

void ApiReply::send(ApiResponse response) {
  std::exchange(exchange_, nullptr)->send(std::move(response));
}

ApiStream ApiReply::stream(std::string content_type) {
  exchange_->begin(std::move(content_type));
  return ApiStream(std::move(exchange_));
}

}  // namespace drover::control
