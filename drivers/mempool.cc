// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/mempool.h"

#include <fmt/format.h>
#include <linux/bpf.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <algorithm>
#include <string>

namespace drover {
namespace {

constexpr unsigned page = 4096;
constexpr unsigned cache_line = RTE_CACHE_LINE_SIZE;
// What an object takes besides its data room: DPDK's object header, padded, and the mbuf.
constexpr unsigned object_header =
    (sizeof(rte_mempool_objhdr) + cache_line - 1) / cache_line * cache_line;
constexpr unsigned overhead = object_header + sizeof(rte_mbuf);

// Without hugepages memory is contiguous within a page only: one object fills one page, so that
// there is no gap between two. With them, objects of the usual size in one piece of memory.
constexpr unsigned room_in_page = page - overhead;
constexpr unsigned room_in_hugepage = RTE_MBUF_DEFAULT_BUF_SIZE;

unsigned room(bool hugepages) {
  return hugepages ? room_in_hugepage : room_in_page;
}

unsigned flags(const MempoolSettings& settings) {
  if (!settings.hugepages) return RTE_MEMPOOL_F_NO_SPREAD;
  // Only a device's DMA asks that an object not lie across two hugepages, which leaves gaps.
  return settings.pci ? 0 : RTE_MEMPOOL_F_NO_IOVA_CONTIG;
}

unsigned object_size(const MempoolSettings& settings) {
  return rte_mempool_calc_obj_size(sizeof(rte_mbuf) + room(settings.hugepages), flags(settings),
                                   nullptr);
}

// The pool's one piece of memory must hold all objects without a gap (see mempool.h).
bool is_without_gap(rte_mempool& pool, const MempoolSettings& settings) {
  if (pool.nb_mem_chunks != 1) return false;
  struct Span {
    const char* first = nullptr;
    const char* last = nullptr;
  } span;
  rte_mempool_obj_iter(
      &pool,
      [](rte_mempool*, void* to, void* object, unsigned) {
        auto& seen = *static_cast<Span*>(to);
        const auto* at = static_cast<const char*>(object);
        if (seen.first == nullptr || at < seen.first) seen.first = at;
        if (at > seen.last) seen.last = at;
      },
      &span);
  return span.last - span.first ==
         static_cast<std::ptrdiff_t>(std::size_t{settings.frames - 1} * object_size(settings));
}

}  // namespace

void MempoolDeleter::operator()(rte_mempool* pool) const {
  rte_mempool_free(pool);
}

Result<Mempool> make_mempool(const MempoolSettings& settings) {
  const auto fail = [&](int error) {
    return failure("frames", fmt::format("no pool of {} frames ({} MB): {}", settings.frames,
                                         mempool_megabytes(settings), errno_text(error)));
  };
  const unsigned cache = std::min(256U, settings.frames / 8);
  Mempool pool(rte_mempool_create_empty(
      "frames", settings.frames, sizeof(rte_mbuf) + room(settings.hugepages), cache,
      sizeof(rte_pktmbuf_pool_private), settings.socket, flags(settings)));
  if (!pool) return fail(rte_errno);
  rte_pktmbuf_pool_private layout{};
  layout.mbuf_data_room_size = static_cast<std::uint16_t>(room(settings.hugepages));
  rte_pktmbuf_pool_init(pool.get(), &layout);
  if (const int made = rte_mempool_populate_default(pool.get()); made < 0) return fail(-made);
  rte_mempool_obj_iter(pool.get(), rte_pktmbuf_init, nullptr);
  if (!settings.pci && !is_without_gap(*pool, settings))
    return failure("frames", "DPDK's memory for the frames has gaps");
  return pool;
}

std::uint64_t mempool_megabytes(const MempoolSettings& settings) {
  constexpr std::uint64_t megabyte = 1U << 20U;
  const std::uint64_t bytes = std::uint64_t{settings.frames} * object_size(settings);
  // The free list's ring, the caches and the alignment take the rest.
  return (bytes + bytes / 64) / megabyte + 4;
}

std::uint16_t longest_af_xdp_frame(bool hugepages) {
  const unsigned object = overhead + room(hugepages);
  const unsigned before = overhead + RTE_PKTMBUF_HEADROOM + XDP_PACKET_HEADROOM;
  return static_cast<std::uint16_t>(object - before);
}

}  // namespace drover
