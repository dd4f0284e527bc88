// SPDX-License-Identifier: BSD-3-Clause
// The pool of mbufs that all ports and workers share.
//
// AF_XDP makes the pool's memory its UMEM: one piece from the pool's first byte, as long as the
// number of objects times their size. An object that lies beyond is lost when it is used, so there
// may be no gap between objects and no second piece of memory, and no private area in an mbuf.
#pragma once

#include <cstdint>
#include <memory>

#include "lib/base/result.h"

struct rte_mempool;

namespace drover {

struct MempoolDeleter {
  void operator()(rte_mempool* pool) const;
};
using Mempool = std::unique_ptr<rte_mempool, MempoolDeleter>;

struct MempoolSettings {
  unsigned frames = 0;
  bool hugepages = false;  // !Eal::runs_without_hugepages()
  bool pci = false;        // a PCI device reads and writes the frames by DMA
  int socket = -1;         // Eal::memory_socket()
};

Result<Mempool> make_mempool(const MempoolSettings& settings);

// The memory that the pool takes of DPDK's heap, rounded up.
std::uint64_t mempool_megabytes(const MempoolSettings& settings);

// The longest frame that AF_XDP carries with such a pool, in bytes, Ethernet header included.
std::uint16_t longest_af_xdp_frame(bool hugepages);

}  // namespace drover
