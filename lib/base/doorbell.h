// SPDX-License-Identifier: BSD-3-Clause
// Wakes a thread that waits on a file descriptor, with one system call however often it is rung
// before that thread answers.
#pragma once

#include <atomic>

namespace drover {

class Doorbell {
 public:
  Doorbell();  // throws std::system_error when no eventfd is to be had
  ~Doorbell();
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;

  int descriptor() const { return descriptor_; }  // readable once rung
  void ring();                                    // any thread; never blocks
  void answer();  // the waiting thread, before it looks at what it was rung for

 private:
  int descriptor_;
  std::atomic<bool> rung_{false};
};

}  // namespace drover
