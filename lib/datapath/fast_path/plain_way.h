// SPDX-License-Identifier: BSD-3-Clause
// How a frame that needs nothing but other MAC addresses gets to a server: all that is read of a
// server for a packet of a known connection, in half a cache line.
#pragma once

#include <smmintrin.h>

#include <cstddef>
#include <cstdint>

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
      : destination_(destination),
        source_(source),
        most_length_(most_length),
        port_(port),
        counters_(counters) {}

  bool is_none() const { return counters_ == nullptr; }
  std::uint16_t most_length() const { return most_length_; }
  bool takes(std::uint32_t ip_length) const { return ip_length <= most_length_; }
  // Of a frame of 16 bytes at least.
  void address(std::uint8_t* frame) const {
    constexpr int both_macs = 0x3f;  // words of 16 bits
    auto* const at = reinterpret_cast<__m128i*>(frame);
    const __m128i head = _mm_load_si128(reinterpret_cast<const __m128i*>(this));
    _mm_storeu_si128(at, _mm_blend_epi16(_mm_loadu_si128(at), head, both_macs));
  }
  PortId port() const { return port_; }
  // `offset`: of a worker's, in bytes.
  DestinationCounters& counters(std::size_t offset) const {
    return *reinterpret_cast<DestinationCounters*>(reinterpret_cast<std::byte*>(counters_) +
                                                   offset);
  }

 private:
  MacAddress destination_;
  MacAddress source_;
  std::uint16_t most_length_ = 0;
  PortId port_;
  DestinationCounters* counters_ = nullptr;
};
static_assert(sizeof(PlainWay) == 32);

}  // namespace drover::datapath
