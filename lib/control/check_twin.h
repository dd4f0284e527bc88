// SPDX-License-Identifier: BSD-3-Clause
// A connection to a server's own address, tried beside a check at the VIP that is likely to fail:
// it tells a server that is away from one that lacks the VIP. Nothing waits for it, and it is
// closed as soon as it is open. Control thread only.
#pragma once

#include <cstdint>
#include <memory>

#include "lib/net/address.h"

namespace boost::asio {
class io_context;
}

namespace drover::control {

class CheckTwin {
 public:
  enum class Answer { none, accepted, refused };

  explicit CheckTwin(boost::asio::io_context& loop);

  // The TCP port; one that is under way is given up. What came of the one before counts until this
  // one has come to an end.
  void start(const IpAddress& server, std::uint16_t port);
  // Gives it up, and forgets what came of it.
  void stop();

  Answer answer() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace drover::control
