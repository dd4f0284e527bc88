// SPDX-License-Identifier: (BSD-3-Clause OR GPL-2.0-only)
// The mark on a health check's packets and the map from it to a server; C, shared by the tc program
// and the daemon.
#pragma once

#include <linux/types.h>

// The upper byte says whose mark it is, the rest which server's.
#define CHECK_MARK 0xd5000000u
#define CHECK_MARK_MASK 0xff000000u
#define CHECK_SERVERS 65536  // as many as fit

struct check_server {
  __u8 mac[6];
  __u8 zero[2];
};
