// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <variant>

#include "lib/datapath/burst.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath::stages {

enum class Followed : std::uint8_t {
  yes,
  absent,     // the table has no such connection
  superseded  // one that is over, or whose server is gone for good
};

// If the packet's connection is in the table: gives the packet its destination and verdict, and
// moves the connection's state and time-out on.
Followed follow_connection(Packet& packet, WorkerState& state);

// The connection that a packet's flow supersedes, if there is one.
using Superseded = std::variant<std::monostate, flow::ConnectionV4, flow::ConnectionV6>;

// Takes it out of the table. It still counts until end().
Superseded take_superseded(const Packet& packet, WorkerState& state);
void end(const Superseded& superseded, WorkerState& state);

}  // namespace drover::datapath::stages
