// SPDX-License-Identifier: BSD-3-Clause
// The terminal while a picture is redrawn in place: alternate screen, no cursor. Signals that end
// or stop the program are blocked and taken by wait(), so that the terminal is always put back.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace drover::client {

class Terminal {
 public:
  Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();

  struct Size {
    std::size_t columns = 80;
    std::size_t rows = 24;
  };
  static Size size();
  static bool is_there();  // stdout is a terminal

  // Lines end in "\n"; replaces what stood there.
  void draw(const std::string& text);

  enum class Event { time, resized, end };
  // Until `duration` has passed or something happened.
  Event wait(std::chrono::steady_clock::duration duration);

 private:
  void enter();
  void leave();
};

}  // namespace drover::client
