// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "test/harness/ring_port.h"
#include "test/ipvs/recording.h"

namespace drover::test {

inline constexpr MacAddress client_mac{{2, 0, 0, 0, 0, 0x64}};

inline MacAddress mac_of_server(ServerNumber id) {
  return MacAddress({2, 0, 0, 0, 1, static_cast<std::uint8_t>(id)});
}

// The packet as it came from the client's side to the port with this MAC address.
Bytes recorded_frame(const RecordedPacket& packet, const MacAddress& port);

}  // namespace drover::test
