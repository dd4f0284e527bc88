// SPDX-License-Identifier: (BSD-3-Clause OR GPL-2.0-only)
// Somebody else's XDP program.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int other(struct xdp_md* context) {
  (void)context;
  return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
