// SPDX-License-Identifier: BSD-3-Clause
// Tells that something in the kernel has changed which the way of health checks stands on: a link,
// a routing rule, a tc filter, a route of our table. Which of them, and by whom, is for the callee
// to find out. Control thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "lib/base/result.h"
#include "lib/control/event_source.h"

namespace drover::control {

class KernelChanges {
 public:
  // `changed` is called from the loop, a fifth of a second after the first of several changes.
  static Result<KernelChanges> open(boost::asio::io_context& loop, std::function<void()> changed);

  // Whether a datagram of rtnetlink tells of such a change. `datagram` is aligned as nlmsghdr.
  static bool concerns_us(std::span<const std::uint8_t> datagram);

 private:
  KernelChanges(boost::asio::io_context& loop, FileDescriptor socket,
                std::function<void()> changed);
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace drover::control
