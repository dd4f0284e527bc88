// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lib/datapath/flow_record.h"
#include "lib/flow/client_template.h"

namespace drover::datapath {

inline FlowRecord template_record(const flow::ClientTemplate& row, flow::Tick now) {
  FlowRecord record;
  record.kind = FlowRecord::Kind::client_template;
  record.client = IpAddress::unmapped(row.key.client);
  record.destination = row.destination;
  record.group = row.key.group;
  record.left = flow::remaining(row.expires, now);
  record.tentative = !row.assured;
  return record;
}

}  // namespace drover::datapath
