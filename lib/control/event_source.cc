// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/event_source.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace drover::control {

struct Readable::State : std::enable_shared_from_this<State> {
  State(boost::asio::io_context& loop, int fd, std::function<void()> callback)
      : descriptor(loop, fd), ready(std::move(callback)) {}

  void wait() {
    descriptor.async_wait(boost::asio::posix::descriptor_base::wait_read,
                          [self = shared_from_this()](const boost::system::error_code& error) {
                            if (error || !self->descriptor.is_open()) return;
                            self->ready();
                            if (self->descriptor.is_open()) self->wait();
                          });
  }

  boost::asio::posix::stream_descriptor descriptor;
  std::function<void()> ready;
};

Readable::Readable(boost::asio::io_context& loop, FileDescriptor descriptor,
                   std::function<void()> ready)
    : state_(std::make_shared<State>(loop, descriptor.release(), std::move(ready))) {
  state_->wait();
}

Readable::Readable(Readable&&) noexcept = default;

Readable& Readable::operator=(Readable&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Readable::~Readable() {
  boost::system::error_code ignored;
  if (state_) state_->descriptor.close(ignored);
}

int Readable::get() const {
  return state_->descriptor.native_handle();
}

struct Writable::State {
  State(boost::asio::io_context& loop, int fd, std::function<void()> callback)
      : descriptor(loop, fd), ready(std::move(callback)) {}

  boost::asio::posix::stream_descriptor descriptor;
  std::function<void()> ready;
};

Writable::Writable(boost::asio::io_context& loop, FileDescriptor descriptor,
                   std::function<void()> ready)
    : state_(std::make_shared<State>(loop, descriptor.release(), std::move(ready))) {
  state_->descriptor.async_wait(boost::asio::posix::descriptor_base::wait_write,
                                [state = state_](const boost::system::error_code& error) {
                                  if (!error && state->descriptor.is_open()) state->ready();
                                });
}

Writable::Writable(Writable&&) noexcept = default;

Writable& Writable::operator=(Writable&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Writable::~Writable() {
  boost::system::error_code ignored;
  if (state_) state_->descriptor.close(ignored);
}

int Writable::get() const {
  return state_->descriptor.native_handle();
}

struct Alarm::State {
  State(boost::asio::io_context& loop, std::function<void()> callback)
      : timer(loop), rings(std::move(callback)) {}

  boost::asio::steady_timer timer;
  std::function<void()> rings;
  bool gone = false;
};

Alarm::Alarm(boost::asio::io_context& loop, std::function<void()> rings)
    : state_(std::make_shared<State>(loop, std::move(rings))) {}

Alarm::Alarm(Alarm&&) noexcept = default;

Alarm& Alarm::operator=(Alarm&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Alarm::~Alarm() {
  if (!state_) return;
  state_->gone = true;
  state_->timer.cancel();
}

void Alarm::set(std::chrono::steady_clock::time_point when) {
  state_->timer.expires_at(when);
  state_->timer.async_wait([state = state_](const boost::system::error_code& error) {
    // A timer that had fired before it was moved has a handler without an error under way.
    if (error || state->gone || state->timer.expiry() > std::chrono::steady_clock::now()) return;
    state->rings();
  });
}

}  // namespace drover::control
