// SPDX-License-Identifier: BSD-3-Clause
// A connection tried beside a check at the VIP that is likely to fail: to the server's own address,
// which tells a server that is away from one that lacks the VIP, or for a check without connections
// to the VIP. Nothing waits for it, and it is closed as soon as it is open. Control thread only.
#pragma once

#include <cstdint>
#include <functional>
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

  // Gets the socket before it connects; false: it cannot.
  using Prepare = std::function<bool(int socket)>;

  // The TCP port; one that is under way is given up. What came of the one before counts until this
  // one has come to an end.
  void start(const IpAddress& address, std::uint16_t port, const Prepare& prepare = {});
  // Gives it up, and forgets what came of it.
  void stop();

  Answer answer() const;
  bool has_answer() const { return answer() != Answer::none; }

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace drover::control
