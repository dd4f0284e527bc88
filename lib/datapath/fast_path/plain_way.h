// SPDX-License-Identifier: BSD-3-Clause
// How a frame that needs nothing but other MAC addresses gets to a server: all that is read of a
// server for a packet of a known connection, in half a cache line.
#pragma once

#include <cstdint>
#include <cstring>

#include "lib/base/strong_id.h"
#include "lib/datapath/counters.h"
#include "lib/net/address.h"

namespace drover::datapath {

class alignas(32) PlainWay {
 public:
  // None: every frame takes the general way.
  PlainWay() = default;
  // `most_length`: of an IP datagram. `counters`: by worker.
  PlainWay(const MacAddress& destination, const MacAddress& source, std::uint16_t most_length,
           PortId port, DestinationCounters* counters)
      : most_length_(most_length), port_(port), counters_(counters) {
    std::uint8_t both[2 * sizeof(MacAddress)];
    std::memcpy(both, &destination, sizeof destination);
    std::memcpy(both + sizeof destination, &source, sizeof source);
    std::memcpy(&head_, both, sizeof head_);
    std::memcpy(&tail_, both + sizeof head_, sizeof tail_);
  }

  bool takes(std::uint32_t ip_length) const { return ip_length <= most_length_; }
  void address(std::uint8_t* frame) const {
    std::memcpy(frame, &head_, sizeof head_);
    std::memcpy(frame + sizeof head_, &tail_, sizeof tail_);
  }
  PortId port() const { return port_; }
  DestinationCounters& counters(WorkerId worker) const { return counters_[worker.value()]; }

 private:
  std::uint64_t head_ = 0;  // the destination's, and the first two bytes of the source's
  std::uint32_t tail_ = 0;  // the rest of the source's
  std::uint16_t most_length_ = 0;
  PortId port_;
  DestinationCounters* counters_ = nullptr;
};
static_assert(sizeof(PlainWay) == 32);

}  // namespace drover::datapath
