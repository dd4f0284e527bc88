// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>

#include "lib/datapath/burst.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath::stages {

// Where every balancer with these servers puts the flow: an index into the service's candidates.
std::optional<std::uint32_t> place_by_hash(const Packet& packet, WorkerState& state,
                                           const VirtualService& service);

}  // namespace drover::datapath::stages
