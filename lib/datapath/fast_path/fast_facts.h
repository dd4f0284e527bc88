// SPDX-License-Identifier: BSD-3-Clause
// What the fast path reads of a snapshot: the same as stands in the rest of it, in the form that
// takes the fewest instructions. Made once from the rest, then only read.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "lib/datapath/fast_path/plain_way.h"
#include "lib/datapath/fast_path/source_screen.h"
#include "lib/datapath/fast_path/vip_table.h"

namespace drover::datapath {

struct Snapshot;

struct FastFacts {
  explicit FastFacts(const Snapshot& snapshot);

  // By PortId: the VIPs to which frames may come by it.
  std::vector<VipTable<WireAddress>> vips_v4;
  std::vector<VipTable<WireAddressV6>> vips_v6;
  SourceScreen sources;
  std::vector<PlainWay> ways;                 // by DestinationId
  bool by_one_port = true;                    // all of them
  std::uint32_t length_for_all = UINT16_MAX;  // an IP datagram of it may go any of these ways
};

}  // namespace drover::datapath
