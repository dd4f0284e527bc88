// SPDX-License-Identifier: BSD-3-Clause
// Lets totals be counted from 0 again (`drover zero`) though only a worker writes its counters:
// what they were then is subtracted from what is shown. Metrics show what was never zeroed.
#pragma once

#include <map>

#include "lib/base/strong_id.h"
#include "lib/control/api_model.h"
#include "lib/control/snapshot_builder.h"

namespace drover::control {

class ZeroedCounters {
 public:
  // Since droverd's start.
  static api::Totals totals_of(const ServerView& server);
  // Since the last zero().
  api::Totals since_zero(const ServerView& server) const;

  void zero(const ServiceView& service);

 private:
  std::map<DestinationId, api::Totals> at_zero_;
};

}  // namespace drover::control
