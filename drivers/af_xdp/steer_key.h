// SPDX-License-Identifier: (BSD-3-Clause OR GPL-2.0-only)
// The key of the XDP program's map `vips`; C, shared by the program and the daemon.
#pragma once

#include <linux/types.h>

#define STEER_VIPS 4096  // as many as fit
#define STEER_IPV4 4
#define STEER_IPV6 6

struct steer_key {
  __u32 family;      // STEER_IPV4, STEER_IPV6
  __u8 address[16];  // on the wire's order; an IPv4 address is followed by zeros
};
