// SPDX-License-Identifier: BSD-3-Clause
// A request to the API and the ways to answer it, without sockets: what a handler sees.
// All on the control thread. A handler may answer at once or keep the reply and answer later.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "lib/base/result.h"

namespace drover::control {

struct ApiRequest {
  std::string method;  // "GET"
  std::string path;    // decoded, without the query
  std::map<std::string, std::string, std::less<>> query;
  std::string body;
  std::string who = {};  // for the log: "uid 0, pid 4711" or a client's address
  bool is_root = false;  // by the kernel's word, on a Unix socket
  std::map<std::string, std::string, std::less<>> parameters = {};  // the path's, by ApiRouter
};

struct ApiResponse {
  unsigned status = 200;
  std::string body = {};
  std::string content_type = "application/json";
  std::string allow = {};  // the Allow header of a 405; else empty
};

// The sending side of one request. The server implements it; a handler's test may do so too.
class ApiExchange {
 public:
  virtual ~ApiExchange() = default;
  virtual void send(ApiResponse response) = 0;
  virtual void begin(std::string content_type) = 0;
  virtual void write(std::string piece, std::function<void(bool)> ready) = 0;
  virtual void end() = 0;
  virtual void abandon() = 0;  // neither sent nor ended
};

// An answer in pieces of any number, none of which waits in memory for more than one write.
// Dropped without end(), the connection is closed so that the client sees a cut answer.
class ApiStream {
 public:
  explicit ApiStream(std::unique_ptr<ApiExchange> exchange) : exchange_(std::move(exchange)) {}
  ApiStream(ApiStream&&) = default;
  ApiStream& operator=(ApiStream&&) = delete;
  ~ApiStream();

  // Keep a piece to some 64 KiB. `ready(true)` is called, never from within write(), when the next
  // piece may be written; `ready(false)` when the client has gone or reads no more: then stop.
  // One write at a time.
  void write(std::string piece, std::function<void(bool)> ready);
  // After the last ready(true).
  void end();

 private:
  std::unique_ptr<ApiExchange> exchange_;
};

// Dropped without an answer, the client gets status 500.
class ApiReply {
 public:
  explicit ApiReply(std::unique_ptr<ApiExchange> exchange) : exchange_(std::move(exchange)) {}
  ApiReply(ApiReply&&) = default;
  ApiReply& operator=(ApiReply&&) = delete;
  ~ApiReply();

  // One of these, once.
  void json(std::string body);  // status 200
  void error(unsigned status, const Error& error);
  void send(ApiResponse response);
  ApiStream stream(std::string content_type);  // status 200, chunked

  // To stand another exchange before it.
  std::unique_ptr<ApiExchange> release() && { return std::move(exchange_); }

 private:
  std::unique_ptr<ApiExchange> exchange_;
};

using ApiHandler = std::function<void(ApiRequest, ApiReply)>;

}  // namespace drover::control
