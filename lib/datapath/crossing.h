// SPDX-License-Identifier: BSD-3-Clause
// What passes between one worker and the other threads. All queues are bounded; what finds one full
// is counted or tried again, never waited for.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "lib/base/counter.h"
#include "lib/base/doorbell.h"
#include "lib/base/strong_id.h"
#include "lib/datapath/flow_question.h"
#include "lib/datapath/flow_record.h"
#include "lib/datapath/handover.h"
#include "lib/datapath/heartbeat_frame.h"
#include "lib/datapath/observation.h"
#include "lib/datapath/record_ring.h"
#include "lib/datapath/ring.h"
#include "lib/datapath/shared_ring.h"
#include "lib/flow/tcp_state.h"
#include "lib/net/address.h"

struct rte_mbuf;

namespace drover::datapath {

// Worker to control.
struct WorkerEvent {
  enum class Kind : std::uint32_t { neighbour_wanted };  // a frame waits for its server's MAC
  Kind kind = Kind::neighbour_wanted;
  DestinationId destination;
};

// Control to worker.
struct WorkerCommand {
  enum class Kind : std::uint32_t { list_connections, observe };
  Kind kind = Kind::list_connections;
  std::uint32_t request = 0;  // comes back in each row or record
  ObservationOrder order = {};
};

// Worker to control: the answer to list_connections, one a connection, one a template and one more
// as the end.
struct ConnectionRow {
  enum class Kind : std::uint32_t { connection, client_template, assured_template };
  IpAddress client;
  std::uint16_t client_port = 0;
  std::uint16_t virtual_port = 0;
  VipId vip;
  flow::TcpState state = flow::TcpState::empty;
  DestinationId destination;
  std::uint32_t request = 0;
  std::uint32_t seconds_left = 0;
  std::uint32_t is_end = 0;
  Kind kind = Kind::connection;
};

struct Crossing {
  explicit Crossing(Doorbell& control) : control_doorbell(control) {}

  Ring<WorkerCommand> commands{63};
  Ring<WorkerEvent> events{1023};
  Ring<ConnectionRow> rows{4095};
  RecordRing observed{std::size_t{1} << 20U};  // FrameRecords, worker to control
  // Frames of each observation that found no room there.
  std::array<Counter, most_observations> unobserved;
  Ring<HeartbeatFrame> heartbeats{63};  // heartbeat thread to worker 0
  // VRRP that came by a port with a host interface, without a tag. Worker to heartbeat thread,
  // which is rung for it.
  Ring<HeartbeatFrame> heard_heartbeats{63};
  Doorbell heartbeat_doorbell;
  Ring<FlowQuestion> questions{15};  // control to worker
  Ring<FlowAnswer> answers{63};      // worker to control, one a question
  // For the kernel, by the host interface of the ethdev in rte_mbuf::port.
  Ring<rte_mbuf*> to_kernel{1023};
  // To be sent as they are on the ethdev in rte_mbuf::port; from control and from other workers.
  SharedRing<rte_mbuf*> outbound{1024};
  // From other workers; it may put some there itself, for its next turn.
  SharedRing<Handover> handovers{1024};
  // For the other balancer, from worker to control; how many of them control has sent on.
  static constexpr unsigned most_flow_changes = 8191;
  Ring<FlowRecord> flow_changes{most_flow_changes};
  std::atomic<std::uint64_t> flow_changes_told{0};
  // From the other balancer, by control; and the order to tell the whole table.
  Ring<FlowRecord> received_flows{4095};
  Doorbell& control_doorbell;  // rung after a push to one of those for control
};

}  // namespace drover::datapath
