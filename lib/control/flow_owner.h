// SPDX-License-Identifier: BSD-3-Clause
// Which worker a connection's packets will come to, so that what the other balancer tells of it
// goes there and nowhere else.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "lib/base/strong_id.h"
#include "lib/datapath/flow_record.h"
#include "lib/net/receive_side_scaling.h"

namespace drover::control {

class SnapshotBuilder;

// None: it is not known, or depends on the port.
using FlowOwner = std::function<std::optional<WorkerId>(const datapath::FlowRecord&)>;

struct ScaledPort {
  std::uint16_t queues = 1;                   // worker N polls queue N
  std::optional<ReceiveSideScaling> scaling;  // none: not known
};

// Whether the cards do what is computed, judged by where the workers' own flows are. Some may be
// elsewhere: those that began with fragments.
class OwnerTrial {
 public:
  // Of one of the workers' own flows in sixteen; `as_computed`: it is where it was expected.
  bool is_due() { return flows_++ % 16 == 0; }
  void saw(bool as_computed);
  // Once too many were elsewhere; for ever.
  bool is_refuted() const { return refuted_; }

 private:
  std::uint64_t flows_ = 0;
  unsigned seen_ = 0;
  unsigned as_computed_ = 0;
  bool refuted_ = false;
};

// `ports` by PortId. The builder outlives it.
FlowOwner flow_owner(std::vector<ScaledPort> ports, const SnapshotBuilder& services);

}  // namespace drover::control
