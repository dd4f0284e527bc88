// SPDX-License-Identifier: BSD-3-Clause
// What control code waits for - a ready descriptor, a moment - without Asio in its headers.
// Control thread only. Callbacks come from the loop, never from within these methods, and none
// comes after the destructor; an object may be destroyed by its own callback.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "lib/control/file_descriptor.h"

namespace boost::asio {
class io_context;
}

namespace drover::control {

// Calls back whenever the descriptor is readable or failed, as long as it lives.
class Readable {
 public:
  // Owns the descriptor, which must be non-blocking and known to epoll(7): a socket, a pipe.
  Readable(boost::asio::io_context& loop, FileDescriptor descriptor, std::function<void()> ready);
  Readable(Readable&&) noexcept;
  Readable& operator=(Readable&&) noexcept;
  ~Readable();

  int get() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Calls back once, when the descriptor is writable or failed: a connect(2) has come to an end.
class Writable {
 public:
  // As Readable.
  Writable(boost::asio::io_context& loop, FileDescriptor descriptor, std::function<void()> ready);
  Writable(Writable&&) noexcept;
  Writable& operator=(Writable&&) noexcept;
  ~Writable();

  int get() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Calls back once at the moment last set.
class Alarm {
 public:
  Alarm(boost::asio::io_context& loop, std::function<void()> rings);
  Alarm(Alarm&&) noexcept;
  Alarm& operator=(Alarm&&) noexcept;
  ~Alarm();

  void set(std::chrono::steady_clock::time_point when);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace drover::control
