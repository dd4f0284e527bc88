// SPDX-License-Identifier: BSD-3-Clause
// The way of nearly all packets of a busy balancer, with all that the stages do for them in two
// passes over the burst.
//
// recognise() does for a *plain* frame what parse() and classify() do: untagged or of its port's
// own VLAN, at the port's MAC address and from nobody's that is a balancer's or a server's, IPv4
// without options or IPv6 without extension headers, no fragment, TCP or UDP for a VIP, nothing
// wrong with it. follow() does for a plain frame what look_up(), rewrite() and settle() do, if its
// connection is in the table, established (or UDP), and stays so by it, and if nothing about its
// server asks for more.
//
// Every other packet passes the stages. It meets them in the order of the burst, and behind each
// pass a packet is just what the stages would have made of it, so whether there is a fast path
// cannot be seen from outside (test/property/test_fast_path.cc).
#pragma once

#include "lib/datapath/burst.h"
#include "lib/datapath/fast_path/plain_burst.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath::fast_path {

// The burst's frames are as received. Behind it every packet has been parsed and classified.
void recognise(Burst& burst, PlainBurst& plain, WorkerState& state);

// Behind it every packet has been looked up. True: all of them have been sent. False: the burst is
// to be scheduled, rewritten and settled.
bool follow(Burst& burst, PlainBurst& plain, WorkerState& state);

}  // namespace drover::datapath::fast_path
