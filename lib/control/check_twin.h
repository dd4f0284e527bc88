// SPDX-License-Identifier: BSD-3-Clause
// A connection to a server's own address, tried after a check at the VIP has failed: it tells a
// server that is away from one that lacks the VIP. Nothing waits for it; what came of it is looked
// at when the next check fails. Control thread only.
#pragma once

#include <cstdint>

#include "lib/control/file_descriptor.h"
#include "lib/net/address.h"

namespace drover::control {

class CheckTwin {
 public:
  // The TCP port; tried anew if the last one has come to an end.
  void start(const IpAddress& server, std::uint16_t port);

  // The last one was accepted or refused: the server is there.
  bool server_answered();

 private:
  FileDescriptor socket_;
};

}  // namespace drover::control
