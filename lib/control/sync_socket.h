// SPDX-License-Identifier: BSD-3-Clause
// A UDP socket of the kernel for what balancers tell each other. With every driver the kernel has
// the balancer's own addresses: by the port itself or by its host interface. Control thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "lib/base/result.h"
#include "lib/control/event_source.h"
#include "lib/net/address.h"

namespace drover::control {

struct SyncSocketSettings {
  IpAddress local;  // where it listens; unspecified: any address of its family
  std::uint16_t port = 0;
  // Joined, and sent to by the interface of this name.
  std::optional<IpAddress> group = {};
  std::string interface = {};
};

class SyncSocket {
 public:
  using Heard = std::function<void(const IpAddress& from, std::span<const std::uint8_t> datagram)>;

  static Result<std::unique_ptr<SyncSocket>> open(boost::asio::io_context& loop,
                                                  const SyncSocketSettings& settings, Heard heard);
  SyncSocket(const SyncSocket&) = delete;
  SyncSocket& operator=(const SyncSocket&) = delete;

  // To the socket's port there. False when the kernel does not take it; it is then lost.
  bool send(const IpAddress& to, std::span<const std::uint8_t> datagram);
  // While `true` nothing is read: what the kernel's buffer cannot hold is lost.
  void pause(bool paused);

 private:
  SyncSocket(boost::asio::io_context& loop, FileDescriptor socket, std::uint16_t port, Heard heard)
      : loop_(loop), socket_(std::move(socket)), port_(port), heard_(std::move(heard)) {}
  void read();

  boost::asio::io_context& loop_;
  FileDescriptor socket_;
  std::uint16_t port_;
  Heard heard_;
  std::optional<Readable> readable_;
};

}  // namespace drover::control
