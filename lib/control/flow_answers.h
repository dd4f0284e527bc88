// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "lib/control/api_model.h"
#include "lib/control/snapshot_builder.h"
#include "lib/datapath/flow_question.h"

namespace drover::control {

// What the workers' answers, each of which there is, say together.
api::Lookup combine(const datapath::FlowQuestion& question,
                    const std::vector<datapath::FlowAnswer>& answers,
                    const SnapshotBuilder& services);

}  // namespace drover::control
