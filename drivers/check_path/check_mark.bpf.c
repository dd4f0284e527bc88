// SPDX-License-Identifier: (BSD-3-Clause OR GPL-2.0-only)
// Sends a health check to the VIP at one server's MAC address: at the egress of a port's kernel
// interface, where the Ethernet header is complete, a packet with our mark gets the destination MAC
// address that the map `servers` has for it. One look-up, however many servers there are. A mark
// that the map does not have is of a server that is gone: the packet must not go astray. What bears
// no mark of ours goes on to the next filter.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include "drivers/check_path/check_mark.h"

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, CHECK_SERVERS);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, __u32);
  __type(value, struct check_server);
} servers SEC(".maps");

SEC("tc")
int drover_mark(struct __sk_buff* packet) {
  __u32 mark = packet->mark;
  if ((mark & CHECK_MARK_MASK) != CHECK_MARK) return TC_ACT_UNSPEC;
  const struct check_server* server = bpf_map_lookup_elem(&servers, &mark);
  if (!server) return TC_ACT_SHOT;
  if (bpf_skb_store_bytes(packet, 0, server->mac, sizeof(server->mac), 0) != 0) return TC_ACT_SHOT;
  return TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
