// SPDX-License-Identifier: BSD-3-Clause
// "Which server would this flow get, and why?": from control to each worker, and back.
#pragma once

#include <cstdint>
#include <type_traits>

#include "lib/base/strong_id.h"
#include "lib/flow/tcp_state.h"
#include "lib/net/address.h"

namespace drover::datapath {

struct FlowQuestion {
  IpAddress client;
  IpAddress vip;
  std::uint16_t client_port = 0;
  std::uint16_t virtual_port = 0;
  std::uint32_t protocol = 0;
  std::uint32_t request = 0;  // comes back in the answer
};
static_assert(std::is_trivially_copyable_v<FlowQuestion>);

// What becomes of a flow's packet.
enum class FlowReason : std::uint8_t {
  none,             // another worker decides
  entry,            // it is in this worker's table
  client_template,  // of its client, who has had connections before
  scheduler,        // the scheduler's choice, if it came to this worker now
  hash,             // in mid-stream: placed by hash, and adopted
  reset,            // in mid-stream, with `unknown: reset`
  dropped,  // in mid-stream, with `unknown: drop`; a removed server's with `on_removed: drop`
  denied,   // by the service's lists
  limited,  // its client has opened too many connections of late
  no_server,
  no_service,
  no_vip
};

struct FlowDecision {
  FlowReason reason = FlowReason::none;
  bool has_server = false;
  DestinationId server{};
};

struct FlowAnswer {
  std::uint32_t request = 0;
  std::uint32_t seconds_left = 0;  // of an entry
  flow::TcpState state = flow::TcpState::empty;
  FlowDecision decision{};    // for its next packet; without an entry, for its first one
  FlowDecision mid_stream{};  // without an entry, for another one of TCP
};
static_assert(std::is_trivially_copyable_v<FlowAnswer>);

}  // namespace drover::datapath
