// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/signals.h"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <utility>

namespace drover::control {
namespace {

sigset_t taken_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

FileDescriptor open_signals() {
  const sigset_t signals = taken_signals();
  return FileDescriptor(signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC));
}

}  // namespace

void block_signals() {
  const sigset_t signals = taken_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

Signals::Signals(boost::asio::io_context& loop, std::function<void()> stop,
                 std::function<void()> reload)
    : stop_(std::move(stop)),
      reload_(std::move(reload)),
      readable_(loop, open_signals(), [this] { read(); }) {}

void Signals::read() {
  signalfd_siginfo signal{};
  while (::read(readable_.get(), &signal, sizeof signal) == sizeof signal)
    signal.ssi_signo == SIGHUP ? reload_() : stop_();
}

}  // namespace drover::control
