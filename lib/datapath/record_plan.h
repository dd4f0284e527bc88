// SPDX-License-Identifier: BSD-3-Clause
// How the workers themselves send records of connections that begin to the other balancers, each
// record ahead of its connection's first packet. Immutable; part of a snapshot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lib/base/strong_id.h"
#include "lib/datapath/flow_record.h"

namespace drover::datapath {

struct Snapshot;

// Makes datagrams of records, for one balancer each.
class RecordSealer {
 public:
  struct Sealed {
    std::size_t length = 0;   // of the datagram; 0: none of the records means anything there
    std::size_t records = 0;  // of those given, from the first one on
  };

  RecordSealer() = default;
  RecordSealer(const RecordSealer&) = delete;
  RecordSealer& operator=(const RecordSealer&) = delete;
  virtual ~RecordSealer() = default;

  // By the worker of this number alone, at any time. `room` is a datagram's largest size; as many
  // of the records as find room go into it, one at least. Neither waits nor allocates. `way`
  // indexes RecordPlan::ways, `snapshot` is the plan's own.
  virtual Sealed seal(WorkerId worker, std::size_t way, std::span<const FlowRecord> records,
                      const Snapshot& snapshot, std::span<std::uint8_t> room) const = 0;
};

// To one balancer.
struct RecordWay {
  PortId port;
  bool is_v6 = false;
  std::uint16_t room = 0;  // for a datagram, without IP's and UDP's headers
  // From Ethernet's to UDP's; lengths and checksums are 0.
  std::vector<std::uint8_t> headers;
};

struct RecordPlan {
  std::vector<RecordWay> ways;
  std::shared_ptr<const RecordSealer> sealer;
  // Of tentative connections, by each worker: so many the others can surely take. Those beyond it
  // are told of in passing, when they have carried data.
  std::uint32_t tentative_per_second = 0;
  bool control_wants_them = false;  // for others, which it tells itself
};

}  // namespace drover::datapath
