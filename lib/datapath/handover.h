// SPDX-License-Identifier: BSD-3-Clause
// What one worker hands to another, since each alone reads and writes its tables.
//
// A frame travels with the question or the decision about it. Whoever gets it parses it anew, so
// nothing but what stands here has to agree. A ring that is full loses the frame (handover_full).
#pragma once

#include <cstdint>

#include "lib/base/strong_id.h"
#include "lib/flow/client_template.h"

struct rte_mbuf;

namespace drover::datapath {

struct Handover {
  enum class Kind : std::uint8_t {
    seek,              // an ICMP error or a first fragment: who has its flow? From worker to worker
    ask_server,        // a client's first packet of a connection, to the owner of its template
    server_decided,    // the answer: `destination`, and the frame back
    client_is_here,    // no frame: `client` has connections, or an established one, with `origin`
    later_fragment,    // to the owner of its datagram
    datagram_decided,  // no frame: where the datagram's first fragment has gone
    flow_decided,      // no frame: where the flow goes, of which fragments come to `origin`
    flow_is_yours      // a packet of a flow that the other worker is deciding about
  };
  rte_mbuf* frame = nullptr;
  Kind kind = Kind::seek;
  PortId port{};  // it came in by
  bool assured = false;
  bool dropped = false;  // no server got it
  WorkerId origin{};     // who asks
  DestinationId destination{};
  flow::TemplateKey client{};
  std::uint32_t first_length = 0;  // bytes of its datagram's payload in the first fragment
  std::uint64_t hash = 0;          // of the flow's key, or of the datagram
};
static_assert(sizeof(Handover) == 56);

}  // namespace drover::datapath
