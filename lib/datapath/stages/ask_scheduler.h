// SPDX-License-Identifier: BSD-3-Clause
// Asks a service's scheduler for a server. What the answer draws on may be the worker's own, or
// copies of it: then asking changes nothing.
#pragma once

#include <cstdint>
#include <optional>

#include "lib/balance/scheduler.h"
#include "lib/datapath/burst.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath::stages {

struct ServerRequest {
  const WorkerState& state;
  const VirtualService& service;
  IpAddress client;
  IpAddress vip;
  std::uint16_t client_port = 0;
  std::uint16_t virtual_port = 0;
  bool is_tcp = true;
  balance::SchedulerState& memory;  // of this worker, for the service
  std::uint64_t& random;            // WorkerState::random
};

// With the worker's own memory and randomness.
ServerRequest request_of(const Packet& packet, WorkerState& state, const VirtualService& service);

// The scheduler's choice: an index into the service's candidates.
std::optional<std::uint32_t> ask_scheduler(const ServerRequest& request,
                                           const balance::Loads& loads);

// The same for a new connection: a server that warms up may be passed over.
std::optional<std::uint32_t> pick(const ServerRequest& request);

}  // namespace drover::datapath::stages
