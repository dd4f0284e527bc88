// SPDX-License-Identifier: BSD-3-Clause
// What balancers tell each other of a flow, as it passes between a worker and control, either way.
#pragma once

#include <cstdint>
#include <type_traits>

#include "lib/base/strong_id.h"
#include "lib/flow/tcp_state.h"
#include "lib/flow/tick.h"
#include "lib/net/address.h"

namespace drover::datapath {

struct FlowRecord {
  enum class Kind : std::uint8_t {
    connection,
    client_template,  // `client` is masked; `group` instead of VIP and ports
    tell_table,       // to a worker: its whole table is wanted
    table_end         // from a worker: its whole table has been told
  };
  IpAddress client;
  std::uint16_t client_port = 0;
  std::uint16_t virtual_port = 0;
  VipId vip;
  Kind kind = Kind::connection;
  flow::TcpState state = flow::TcpState::empty;
  DestinationId destination;
  PersistenceId group;
  flow::Ticks left{};      // until it expires
  bool tentative = false;  // it has not carried data yet; of a template: not assured
  bool of_table = false;   // not a change, but a part of the whole table that was asked for
  bool sent = false;       // the worker has sent it to the other drovers itself
};
static_assert(std::is_trivially_copyable_v<FlowRecord>);

// How the workers tell control of flows.
enum class FlowReporting : std::uint8_t {
  off,
  on,    // in batches
  ahead  // a new connection's record leaves before its first packet
};

}  // namespace drover::datapath
