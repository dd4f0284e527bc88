// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include "lib/datapath/snapshot.h"

namespace drover::datapath::stages {

// Writes the Ethernet addresses that take a frame to its server; the server's is resolved.
void address_to_server(std::uint8_t* frame, const Destination& destination, const Egress& egress);

}  // namespace drover::datapath::stages
