// SPDX-License-Identifier: BSD-3-Clause
// Whether the workers can send records of new connections to the other balancers themselves, and
// how. Control thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "lib/control/ways_out.h"
#include "lib/datapath/record_plan.h"
#include "lib/datapath/snapshot.h"
#include "lib/net/address.h"

namespace drover::control {

// What they are to do, if they can.
struct RecordOrder {
  struct Peer {
    IpAddress address;
    IpAddress own;  // of the same family: where it expects datagrams from
    std::uint16_t port = 0;
  };
  std::vector<Peer> peers;  // those that listen; the sealer's ways, in its order
  std::shared_ptr<const datapath::RecordSealer> sealer;
  bool control_wants_them = false;
};

// `reached` are the balancers on a network of a port. Null: not all of the order's are, or a MAC
// address is not known yet, so control sends all records by the kernel's ways.
std::shared_ptr<const datapath::RecordPlan> make_record_plan(
    const RecordOrder& order, const std::vector<ReachedServer>& reached,
    const datapath::Snapshot& snapshot,
    const std::function<std::optional<MacAddress>(const IpAddress&)>& mac_of, std::size_t workers);

}  // namespace drover::control
