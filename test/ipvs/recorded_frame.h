// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "test/harness/ring_port.h"
#include "test/ipvs/recording.h"

namespace drover::test {

// The packet as it came from the client's side to the port with this MAC address.
Bytes recorded_frame(const RecordedPacket& packet, const MacAddress& port);

}  // namespace drover::test
