// SPDX-License-Identifier: BSD-3-Clause
// Puts VLAN tags into frames and takes them out. Tags behind the outermost one stay. A frame that
// is longer or shorter afterwards begins elsewhere in its mbuf.
#pragma once

#include <cstdint>

struct rte_mbuf;

namespace drover::datapath {

// Back into the frame with tags that the card has taken out and left in the mbuf's fields. False:
// there is no room in front of the frame.
bool restore_stripped_tags(rte_mbuf& frame);

// Makes the frame one of this VLAN: changes the id in its outermost tag, priority kept, or puts a
// tag in. False: there is no room in front of the frame.
bool set_vlan(rte_mbuf& frame, std::uint16_t vlan);

// Puts a tag of this VLAN in front of those that there are. False as above.
bool push_vlan(rte_mbuf& frame, std::uint16_t vlan);

// Takes the outermost tag out, if there is one.
void remove_tag(rte_mbuf& frame);

}  // namespace drover::datapath
