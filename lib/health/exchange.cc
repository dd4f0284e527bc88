// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/exchange.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <utility>

#include "lib/base/result.h"
#include "lib/health/exchange_socket.h"
#include "lib/health/socket_address.h"

namespace drover::health {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;
using ErrorCode = boost::system::error_code;

// What a server may send in one go before others get their turn.
constexpr std::size_t receive_bytes = 16 * 1'024;

enum class Phase { connect, handshake, send, first_byte, rest };

std::string_view name(Phase phase) {
  switch (phase) {
    case Phase::connect:
      return "connect";
    case Phase::handshake:
      return "TLS";
    case Phase::send:
      return "send";
    case Phase::first_byte:
    case Phase::rest:
      break;
  }
  return "answer";
}

// Of the loop; what is more is added to a check's time, once.
constexpr std::chrono::milliseconds most_lateness{10};

// Between two looks at whether a server has a MAC address by now; doubled each time.
constexpr std::chrono::milliseconds first_pause{5};

// From the socket to the outcome; it is shared with the loop's handlers.
class Run : public std::enable_shared_from_this<Run> {
 public:
  Run(asio::io_context& loop, CheckRoute& route, const Subject& subject,
      const Conversation& conversation, Prober::Finished finished)
      : route_(route),
        subject_(subject),
        conversation_(conversation),
        finished_(std::move(finished)),
        socket_(loop),
        timer_(loop),
        pause_(loop) {}

  void start(std::chrono::milliseconds timeout) {
    const int fd = open_socket(conversation_.transport, subject_);
    if (fd < 0) return finish(not_run("no socket: " + errno_text(errno)));
    socket_.assign(fd);
    // Closed by RST: TIME_WAIT would use up the ports of frequent checks.
    const linger none{.l_onoff = 1, .l_linger = 0};
    if (is_tcp()) setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    timeout_ = timeout;
    wait_for_time(timeout);
    find_way();
  }

  void abandon() {
    finished_ = nullptr;
    close();
  }

 private:
  void wait_for_time(asio::steady_timer::duration time) {
    timer_.expires_after(time);
    timer_.async_wait([self = shared_from_this()](const ErrorCode& error) {
      if (!error) self->time_is_up();
    });
  }

  // As the kernel does in connect(2), it gives a server time to answer ARP.
  void find_way() {
    const auto address = route_.prepare(socket_.native_handle(), subject_);
    if (address) return connect_to(*address);
    if (!address.error().unreachable) return finish(not_run(address.error().reason));
    no_way_ = address.error().reason;
    pause_.expires_after(pause_length_);
    pause_length_ *= 2;
    pause_.async_wait([self = shared_from_this()](const ErrorCode& error) {
      if (!error && self->finished_) self->find_way();
    });
  }

  void connect_to(const IpAddress& address) {
    no_way_.clear();
    is_own_ = address == subject_.server;
    const bool has_port = conversation_.transport != Conversation::Transport::icmp;
    const SocketAddress to(address, has_port ? subject_.port : std::uint16_t{0});
    if (connect(socket_.native_handle(), to.get(), to.length) == 0)
      connected();
    else if (errno == EINPROGRESS)
      wait(Channel::Want::writable, &Run::connect_ended);
    else
      could_not_connect(errno);
  }

  void connect_ended() {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket_.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size);
    sockaddr_storage peer{};
    socklen_t peer_size = sizeof peer;
    // A readiness may be another's that had this descriptor before.
    const bool is_open =
        getpeername(socket_.native_handle(), reinterpret_cast<sockaddr*>(&peer), &peer_size) == 0;
    if (error == 0 && !is_open)
      wait(Channel::Want::writable, &Run::connect_ended);
    else if (error == 0)
      connected();
    else
      could_not_connect(error);
  }

  void could_not_connect(int error_number) {
    not_reached(failed_connect(error_number, is_own_),
                error_number == ECONNREFUSED ? Failure::refused : Failure::silent);
  }

  void not_reached(std::string reason, Failure failure) {
    const std::string hint = route_.hint(subject_, failure);
    if (!hint.empty()) reason += "; " + hint;
    finish(unreachable(std::move(reason)));
  }

  bool is_tcp() const { return conversation_.transport == Conversation::Transport::tcp; }

  void connected() {
    channel_ = conversation_.channel ? conversation_.channel(socket_.native_handle())
                                     : make_plain_channel(socket_.native_handle());
    phase_ = Phase::handshake;
    establish();
  }

  void establish() {
    const Channel::Step step = channel_->establish();
    if (step.want != Channel::Want::nothing) return wait(step.want, &Run::establish);
    if (step.ended || !step.error.empty())
      return finish(wrong("TLS: " + (step.ended ? "the connection was closed" : step.error)));
    phase_ = Phase::send;
    if (conversation_.request) request_ = conversation_.request();
    say();
  }

  void say() {
    while (said_ < request_.size()) {
      const Channel::Step step = channel_->send(std::string_view(request_).substr(said_));
      if (step.want != Channel::Want::nothing) return wait(step.want, &Run::say);
      if (!step.error.empty()) return broken(step.error);
      said_ += step.bytes;
    }
    if (!conversation_.reader) return finish({});
    reader_ = conversation_.reader();
    phase_ = Phase::first_byte;
    listen();
  }

  void listen() {
    std::array<char, receive_bytes> bytes;
    const Channel::Step step = channel_->receive(bytes);
    if (step.want != Channel::Want::nothing) return wait(step.want, &Run::listen);
    if (!step.error.empty()) return broken(step.error);
    if (step.bytes > 0) {
      phase_ = Phase::rest;
      if (auto outcome = reader_->take({bytes.data(), step.bytes}))
        return finish(std::move(*outcome));
    }
    if (step.ended || conversation_.transport == Conversation::Transport::udp) {
      if (phase_ == Phase::first_byte) return finish(wrong("closed without an answer"));
      return finish(reader_->end());
    }
    wait(Channel::Want::readable, &Run::listen);
  }

  // The connection is open, but something came instead of an answer.
  void broken(const std::string& error) {
    std::string reason = fmt::format("{}: {}", name(phase_), error);
    if (is_tcp())
      finish(wrong(std::move(reason)));
    else
      not_reached(std::move(reason), Failure::rejected);
  }

  void time_is_up() {
    if (!finished_) return;
    // While the loop was held up nobody looked: the answer may have been there all the time.
    const auto late = asio::steady_timer::clock_type::now() - timer_.expiry();
    if (late > most_lateness && !std::exchange(was_late_, true)) return wait_for_time(late);
    if (!no_way_.empty()) return finish(unreachable(no_way_));
    const std::string reason =
        fmt::format("{}: timed out after {} ms", name(phase_), timeout_.count());
    if (phase_ == Phase::connect) return not_reached(reason, Failure::silent);
    if (phase_ != Phase::rest && !is_tcp()) return not_reached(reason, Failure::unanswered);
    if (phase_ != Phase::rest) return finish(unreachable(reason));
    Outcome outcome = reader_->end();
    if (!outcome.is_good())
      outcome.reason += fmt::format(", incomplete after {} ms", timeout_.count());
    finish(std::move(outcome));
  }

  void wait(Channel::Want want, void (Run::*next)()) {
    socket_.async_wait(
        want == Channel::Want::readable ? Descriptor::wait_read : Descriptor::wait_write,
        [self = shared_from_this(), next](const ErrorCode& error) {
          if (!error && self->finished_) ((*self).*next)();
        });
  }

  void finish(Outcome outcome) {
    close();
    if (const auto finished = std::exchange(finished_, nullptr)) finished(std::move(outcome));
  }

  void close() {
    timer_.cancel();
    pause_.cancel();
    channel_.reset();
    ErrorCode ignored;
    socket_.close(ignored);
  }

  CheckRoute& route_;
  const Subject& subject_;
  const Conversation& conversation_;
  Prober::Finished finished_;  // null: it is over
  Descriptor socket_;
  asio::steady_timer timer_;
  asio::steady_timer pause_;
  std::chrono::milliseconds pause_length_ = first_pause;
  std::string no_way_;   // why there is none to the server yet
  bool is_own_ = false;  // the address that is connected to is the server's own
  std::chrono::milliseconds timeout_{};
  bool was_late_ = false;
  Phase phase_ = Phase::connect;
  std::unique_ptr<Channel> channel_;
  std::string request_;
  std::size_t said_ = 0;
  std::unique_ptr<ReplyReader> reader_;
};

class Exchange final : public Prober {
 public:
  Exchange(asio::io_context& loop, CheckRoute& route, const Subject& subject,
           Conversation conversation)
      : loop_(loop), route_(route), subject_(subject), conversation_(std::move(conversation)) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() override {
    if (run_) run_->abandon();
  }

  void start(std::chrono::milliseconds timeout, Finished finished) override {
    run_ = std::make_shared<Run>(loop_, route_, subject_, conversation_, std::move(finished));
    run_->start(timeout);
  }

 private:
  asio::io_context& loop_;
  CheckRoute& route_;
  Subject subject_;
  Conversation conversation_;
  std::shared_ptr<Run> run_;
};

}  // namespace

std::unique_ptr<Prober> make_exchange(asio::io_context& loop, CheckRoute& route,
                                      const Subject& subject, Conversation conversation) {
  return std::make_unique<Exchange>(loop, route, subject, std::move(conversation));
}

}  // namespace drover::health
