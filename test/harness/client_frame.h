// SPDX-License-Identifier: BSD-3-Clause
// Frames as a client of a VIP sends them.
#pragma once

#include <cstdint>

#include "lib/net/address.h"
#include "test/harness/ring_port.h"

namespace drover::test {

struct ClientFrame {
  MacAddress to;  // the port's
  IpAddress client;
  std::uint16_t client_port = 0;
  IpAddress vip;  // of the client's family
  std::uint16_t port = 80;
  std::uint8_t flags = 0;     // TcpHeader's
  std::uint16_t payload = 0;  // bytes
};

// A TCP segment with right checksums.
Bytes tcp_frame(const ClientFrame& frame);

}  // namespace drover::test
