// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>

#include "lib/datapath/burst.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath::stages {

// A server's FTP data connection, not a client's: IPVS never schedules it.
bool is_ftp_data(std::uint16_t client_port);
// TCP without a SYN: the beginning has not been seen.
bool is_mid_stream(const Packet& packet);

// Finds a server for the first packet of a flow, or looks the flow up once more if it has got a
// connection since.
void schedule_flow(Packet& packet, WorkerState& state);

// The same for an ICMP error about a flow that no worker has.
void schedule_quoted(Packet& packet, WorkerState& state, const VirtualService& service);

// What becomes of a packet that no service takes, or for which `service` has no server.
Verdict refusal(const Packet& packet);
Verdict refusal(const Packet& packet, const VirtualService& service);

// Enters a new connection to this server, unless the service is one that keeps none, and forwards
// the packet. `adopted`: it is in mid-stream.
void send_new(Packet& packet, WorkerState& state, const VirtualService& service,
              DestinationId destination, bool adopted);

// Where every balancer with these servers puts the flow: an index into the service's candidates.
// All that a persistent client sends goes to one place.
std::optional<std::uint32_t> place_by_hash(const Packet& packet, WorkerState& state,
                                           const VirtualService& service);

// The same where the scheduler goes by no hash itself.
std::optional<std::uint32_t> placement_of(IpAddress client, std::uint16_t client_port,
                                          std::uint16_t virtual_port,
                                          const VirtualService& service);

}  // namespace drover::datapath::stages
