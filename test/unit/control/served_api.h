// SPDX-License-Identifier: BSD-3-Clause
// An ApiServer on a real Unix socket whose loop runs in a thread of its own, and a client of it.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "lib/control/api_router.h"
#include "lib/control/api_server.h"
#include "lib/control/event_source.h"
#include "lib/control/file_descriptor.h"
#include "test/unit/catch.h"

namespace drover::control {

using std::chrono::milliseconds;

// Writes `pieces` pieces of a thousand rows each and keeps count.
class Lister : public std::enable_shared_from_this<Lister> {
 public:
  Lister(ApiStream stream, std::size_t pieces, bool end)
      : stream_(std::move(stream)), pieces_(pieces), end_(end) {}

  void go() {
    if (written_ == pieces_) {
      if (end_) stream_.end();
      return;
    }
    std::string piece;
    for (int i = 0; i < 1000; ++i) piece += "row " + std::to_string(written_) + "\n";
    ++written_;
    inside_ = true;
    stream_.write(std::move(piece), [self = shared_from_this()](bool more) {
      self->reentered_ |= self->inside_;
      self->refused_ = !more;
      if (more) self->go();
    });
    inside_ = false;
  }
  bool reentered() const { return reentered_; }
  bool refused() const { return refused_; }
  std::size_t written() const { return written_; }

 private:
  ApiStream stream_;
  std::size_t pieces_;
  bool end_;
  std::size_t written_ = 0;
  bool inside_ = false;
  bool reentered_ = false;
  bool refused_ = false;
};

class Daemon {
 public:
  explicit Daemon(const std::string& path, ApiServer::Limits limits = {}) {
    ApiRouter router;
    router.add("GET", "/now", [](const ApiRequest& request, ApiReply reply) {
      const auto text = request.query.find("text");
      reply.json(text == request.query.end() ? "{}" : text->second);
    });
    router.add("POST", "/echo",
               [](const ApiRequest& request, ApiReply reply) { reply.json(request.body); });
    router.add("GET", "/later", [this](const ApiRequest&, ApiReply reply) {
      later_.emplace(std::move(reply));
      alarm_.emplace(loop_, [this] { std::exchange(later_, std::nullopt)->json("later"); });
      alarm_->set(std::chrono::steady_clock::now() + milliseconds(20));
    });
    router.add("GET", "/never",
               [this](const ApiRequest&, ApiReply reply) { never_.push_back(std::move(reply)); });
    router.add("GET", "/rows", [this](const ApiRequest& request, ApiReply reply) {
      lister_ = std::make_shared<Lister>(reply.stream("application/x-ndjson"),
                                         std::stoul(request.query.find("pieces")->second),
                                         !request.query.contains("drop"));
      lister_->go();
      if (request.query.contains("drop")) lister_.reset();
    });
    auto server = ApiServer::listen(loop_, path, std::move(router), limits);
    REQUIRE(server);
    server_.emplace(std::move(*server));
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Daemon() {
    on_loop([this] { server_.reset(); });
    loop_.stop();
    thread_.join();
  }

  // Runs it on the loop's thread and waits for it.
  void on_loop(const std::function<void()>& task) {
    std::promise<void> done;
    boost::asio::post(loop_, [&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }

  std::shared_ptr<Lister> lister() { return lister_; }

 private:
  boost::asio::io_context loop_{1};
  std::optional<ApiReply> later_;
  std::vector<ApiReply> never_;
  std::optional<Alarm> alarm_;
  std::shared_ptr<Lister> lister_;
  std::optional<ApiServer> server_;
  std::thread thread_;
};

inline FileDescriptor connect_to(const std::string& path) {
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  return socket;
}

inline void say(const FileDescriptor& socket, const std::string& text) {
  REQUIRE(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(text.size()));
}

// Until the server closes.
inline std::string hear_all(const FileDescriptor& socket) {
  std::string text;
  char piece[65536];
  ssize_t length = 0;
  while ((length = ::recv(socket.get(), piece, sizeof piece, 0)) > 0)
    text.append(piece, static_cast<std::size_t>(length));
  return text;
}

inline std::string talk(const std::string& path, const std::string& text) {
  const auto socket = connect_to(path);
  say(socket, text);
  return hear_all(socket);
}

inline std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
}

inline std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

}  // namespace drover::control
