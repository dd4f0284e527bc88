// SPDX-License-Identifier: BSD-3-Clause
// A real server on the loopback interface, as far as a check sees one: what it says and does is a
// script of the test. It is driven by the test's own loop, without a thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>
#include <vector>

#include "lib/health/check_route.h"

namespace drover::health {

// Says its pieces, each after the one before was sent, then closes or keeps silent.
class Peer {
 public:
  struct Script {
    std::vector<std::string> pieces;
    bool closes = true;
  };

  Peer(boost::asio::io_context& loop, Script script)
      : script_(std::move(script)),
        acceptor_(loop, {boost::asio::ip::make_address_v4("127.0.0.1"), 0}) {
    accept();
  }

  Subject subject() const {
    return {.server = *IpAddress::parse("127.0.0.1"),
            .vip = *IpAddress::parse("192.0.2.10"),
            .port = acceptor_.local_endpoint().port()};
  }
  unsigned accepted() const { return accepted_; }
  const std::string& heard() const { return heard_; }

 private:
  using Socket = boost::asio::ip::tcp::socket;

  void accept() {
    acceptor_.async_accept([this](const auto& error, Socket socket) {
      if (error) return;
      ++accepted_;
      sockets_.push_back(std::make_unique<Socket>(std::move(socket)));
      listen(*sockets_.back());
      speak(*sockets_.back(), 0);
      accept();
    });
  }

  void listen(Socket& socket) {
    socket.async_read_some(boost::asio::buffer(room_),
                           [this, &socket](const auto& error, std::size_t length) {
                             if (error) return;
                             heard_.append(room_, length);
                             listen(socket);
                           });
  }

  void speak(Socket& socket, std::size_t piece) {
    if (piece == script_.pieces.size()) {
      boost::system::error_code ignored;
      if (script_.closes) socket.shutdown(Socket::shutdown_send, ignored);
      return;
    }
    boost::asio::async_write(socket, boost::asio::buffer(script_.pieces[piece]),
                             [this, &socket, piece](const auto& error, std::size_t) {
                               if (!error) speak(socket, piece + 1);
                             });
  }

  Script script_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<std::unique_ptr<Socket>> sockets_;
  unsigned accepted_ = 0;
  std::string heard_;
  char room_[4'096];
};

}  // namespace drover::health
