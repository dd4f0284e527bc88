// SPDX-License-Identifier: BSD-3-Clause
// What a daemon tells the service manager that started it (systemd's sd_notify(3)): datagrams to
// the socket that $NOTIFY_SOCKET names. Without one every call does nothing. Never blocks.
#pragma once

#include <string>
#include <string_view>

namespace drover {

class ServiceManager {
 public:
  // Reads $NOTIFY_SOCKET: a path, or "@name" of the abstract namespace.
  static ServiceManager from_environment();
  ServiceManager() = default;
  explicit ServiceManager(std::string socket) : socket_(std::move(socket)) {}

  void ready(std::string_view status) const;
  // While the configuration is read anew; ready() ends it.
  void reloading() const;
  void stopping() const;
  void status(std::string_view status) const;  // a line for `systemctl status`
  void alive() const;                          // feeds the watchdog

 private:
  void send(std::string_view message) const;

  std::string socket_;
};

}  // namespace drover
