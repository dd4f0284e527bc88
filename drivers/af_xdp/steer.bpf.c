// SPDX-License-Identifier: (BSD-3-Clause OR GPL-2.0-only)
// Which frames of a kernel interface come to the data path: those for a VIP, and the ARP requests
// and neighbour solicitations that ask for one. All else, and what is cut short, goes to the
// kernel.
//
// net_af_xdp loads this program, attaches it and puts its sockets into `xsks_map`, whose name it
// demands; the daemon fills `vips`. A queue without a socket leaves its frames to the kernel.
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "drivers/af_xdp/steer_key.h"

#define ETHER_IPV4 bpf_htons(0x0800)
#define ETHER_ARP bpf_htons(0x0806)
#define ETHER_VLAN bpf_htons(0x8100)
#define ETHER_VLAN_S bpf_htons(0x88a8)
#define ETHER_IPV6 bpf_htons(0x86dd)

#define NEXT_ICMPV6 58
#define NEIGHBOUR_SOLICITATION 135

#define LONGEST_TAG_STACK 2

struct ethernet {
  __u8 destination[6];
  __u8 source[6];
  __be16 type;
} __attribute__((packed));

struct vlan_tag {
  __be16 control;
  __be16 type;
} __attribute__((packed));

struct arp {
  __be16 hardware_type;
  __be16 protocol_type;
  __u8 hardware_length;
  __u8 protocol_length;
  __be16 operation;
  __u8 sender_mac[6];
  __u8 sender_address[4];
  __u8 target_mac[6];
  __u8 target_address[4];
} __attribute__((packed));

struct ipv4 {
  __u8 up_to_source[12];
  __u8 source[4];
  __u8 destination[4];
} __attribute__((packed));

struct ipv6 {
  __u8 version_class_flow[4];
  __be16 payload_length;
  __u8 next_header;
  __u8 hop_limit;
  __u8 source[16];
  __u8 destination[16];
} __attribute__((packed));

struct neighbour_solicitation {
  __u8 type;
  __u8 code;
  __be16 checksum;
  __u8 reserved[4];
  __u8 target[16];
} __attribute__((packed));

struct {
  __uint(type, BPF_MAP_TYPE_XSKMAP);
  __uint(max_entries, 256);
  __type(key, __u32);
  __type(value, __u32);
} xsks_map SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, STEER_VIPS);
  __type(key, struct steer_key);
  __type(value, __u8);
} vips SEC(".maps");

static __always_inline int is_vip_v4(const __u8* address) {
  struct steer_key key = {.family = STEER_IPV4};
  __builtin_memcpy(key.address, address, 4);
  return bpf_map_lookup_elem(&vips, &key) != 0;
}

static __always_inline int is_vip_v6(const __u8* address) {
  struct steer_key key = {.family = STEER_IPV6};
  __builtin_memcpy(key.address, address, 16);
  return bpf_map_lookup_elem(&vips, &key) != 0;
}

static __always_inline int arp_for_vip(const void* at, const void* end) {
  const struct arp* arp = at;
  if ((const void*)(arp + 1) > end) return 0;
  if (arp->hardware_type != bpf_htons(1) || arp->protocol_type != ETHER_IPV4) return 0;
  if (arp->hardware_length != 6 || arp->protocol_length != 4) return 0;
  // Who announces a VIP as its own asks for it, too: that is the kernel's, where the daemon listens
  // for such machines.
  if (__builtin_memcmp(arp->sender_address, arp->target_address, 4) == 0) return 0;
  return is_vip_v4(arp->target_address);  // probes, too
}

// Fragments as well: only the address counts.
static __always_inline int ipv4_for_vip(const void* at, const void* end) {
  const struct ipv4* ip = at;
  if ((const void*)(ip + 1) > end) return 0;
  return is_vip_v4(ip->destination);
}

// A solicitation goes to the solicited-node group or, to confirm an entry, to the address itself.
static __always_inline int ipv6_for_vip(const void* at, const void* end) {
  const struct ipv6* ip = at;
  if ((const void*)(ip + 1) > end) return 0;
  if (is_vip_v6(ip->destination)) return 1;
  const struct neighbour_solicitation* solicitation = (const void*)(ip + 1);
  if (ip->next_header != NEXT_ICMPV6 || (const void*)(solicitation + 1) > end) return 0;
  return solicitation->type == NEIGHBOUR_SOLICITATION && is_vip_v6(solicitation->target);
}

static __always_inline int for_vip(const void* at, const void* end) {
  const struct ethernet* ethernet = at;
  if ((const void*)(ethernet + 1) > end) return 0;
  __be16 type = ethernet->type;
  at = ethernet + 1;
#pragma unroll
  for (int i = 0; i < LONGEST_TAG_STACK; ++i) {
    if (type != ETHER_VLAN && type != ETHER_VLAN_S) break;
    const struct vlan_tag* tag = at;
    if ((const void*)(tag + 1) > end) return 0;
    type = tag->type;
    at = tag + 1;
  }
  if (type == ETHER_IPV4) return ipv4_for_vip(at, end);
  if (type == ETHER_IPV6) return ipv6_for_vip(at, end);
  if (type == ETHER_ARP) return arp_for_vip(at, end);
  return 0;
}

SEC("xdp")
int drover_steer(struct xdp_md* context) {
  const void* frame = (const void*)(long)context->data;
  const void* end = (const void*)(long)context->data_end;
  if (!for_vip(frame, end)) return XDP_PASS;
  return (int)bpf_redirect_map(&xsks_map, context->rx_queue_index, XDP_PASS);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
