// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/terminal.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace drover::client {
namespace {

// ECMA-48 and xterm's private modes.
constexpr const char* enter_screen = "\x1b[?1049h\x1b[?25l";
constexpr const char* leave_screen = "\x1b[?25h\x1b[?1049l";
constexpr const char* home = "\x1b[H";
constexpr const char* clear_line = "\x1b[K";
constexpr const char* clear_below = "\x1b[J";

sigset_t signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int one : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH}) sigaddset(&set, one);
  return set;
}

}  // namespace

Terminal::Terminal() {
  const sigset_t set = signals();
  sigprocmask(SIG_BLOCK, &set, nullptr);
  enter();
}

Terminal::~Terminal() {
  leave();
  const sigset_t set = signals();
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

void Terminal::enter() {
  std::fputs(enter_screen, stdout);
  std::fflush(stdout);
}

void Terminal::leave() {
  std::fputs(leave_screen, stdout);
  std::fflush(stdout);
}

Terminal::Size Terminal::size() {
  winsize window{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0 || window.ws_row == 0)
    return {};
  return {window.ws_col, window.ws_row};
}

bool Terminal::is_there() {
  return isatty(STDOUT_FILENO) != 0;
}

void Terminal::draw(const std::string& text) {
  // A line is cleared before it is written: behind a line as wide as the terminal the cursor still
  // stands on its last column.
  std::string out = std::string(home) + clear_line;
  for (const char c : text) {
    out += c;  // the terminal makes carriage return and line feed of "\n"
    if (c == '\n') out += clear_line;
  }
  out += clear_below;
  std::fwrite(out.data(), 1, out.size(), stdout);
  std::fflush(stdout);
}

Terminal::Event Terminal::wait(std::chrono::steady_clock::duration duration) {
  const auto nanoseconds =
      std::max<std::chrono::nanoseconds>(duration, std::chrono::nanoseconds(0)).count();
  const timespec limit{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  const sigset_t set = signals();
  switch (sigtimedwait(&set, nullptr, &limit)) {
    case -1:
      return Event::time;  // or EINTR by a signal of another kind: a picture too early does no harm
    case SIGWINCH:
      return Event::resized;
    case SIGTSTP:
      leave();
      raise(SIGSTOP);
      enter();
      return Event::resized;
    default:
      return Event::end;
  }
}

}  // namespace drover::client
