// SPDX-License-Identifier: BSD-3-Clause
// A bounded queue of small values from one thread to one other, over DPDK's rte_ring. Neither ever
// waits.
#pragma once

#include <rte_ring.h>
#include <rte_ring_elem.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

namespace drover::datapath {

template <class T>
class Ring {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 4 == 0);

 public:
  // Holds at least `capacity` values.
  explicit Ring(unsigned capacity) {
    const unsigned slots = rte_align32pow2(capacity + 1);
    const auto size = static_cast<std::size_t>(rte_ring_get_memsize_elem(sizeof(T), slots));
    auto* ring = static_cast<rte_ring*>(
        std::aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(size, RTE_CACHE_LINE_SIZE)));
    if (ring == nullptr) throw std::bad_alloc();
    ring_.reset(ring);
    rte_ring_init(ring, "drover", slots, RING_F_SP_ENQ | RING_F_SC_DEQ);
  }

  // False when it is full.
  bool push(const T& value) {
    T copy = value;  // rte_ring takes no pointer to const
    return rte_ring_sp_enqueue_elem(ring_.get(), &copy, sizeof(T)) == 0;
  }
  // Returns how many were written to the front of `out`.
  unsigned pop_some(std::span<T> out) {
    return rte_ring_sc_dequeue_burst_elem(ring_.get(), out.data(), sizeof(T),
                                          static_cast<unsigned>(out.size()), nullptr);
  }
  bool empty() const { return rte_ring_empty(ring_.get()) != 0; }
  unsigned room() const { return rte_ring_free_count(ring_.get()); }

 private:
  struct Free {
    void operator()(rte_ring* ring) const { std::free(ring); }
  };
  std::unique_ptr<rte_ring, Free> ring_;
};

}  // namespace drover::datapath
