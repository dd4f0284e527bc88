// SPDX-License-Identifier: BSD-3-Clause
// Answers GET /v1/lookup: asks every worker, since each alone reads its tables, and puts their
// answers together. Control thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "lib/control/api_reply.h"
#include "lib/control/plant.h"
#include "lib/control/snapshot_builder.h"
#include "lib/datapath/flow_question.h"

namespace drover::control {

class FlowLookup {
 public:
  FlowLookup(const Plant& plant, const SnapshotBuilder& services)
      : plant_(plant), services_(services) {}

  void serve(const ApiRequest& request, ApiReply reply);
  // After the doorbell.
  void answers_arrived();

 private:
  struct Pending {
    datapath::FlowQuestion question;
    ApiReply reply;
    std::vector<std::optional<datapath::FlowAnswer>> answers;  // by worker
  };
  void finish(Pending& pending);

  const Plant& plant_;
  const SnapshotBuilder& services_;
  std::deque<Pending> pending_;
  std::uint32_t request_ = 0;
};

}  // namespace drover::control
