// SPDX-License-Identifier: BSD-3-Clause
// A bounded queue of small values between threads, over DPDK's rte_ring. One thread pops; one or
// many push, as said at the start. Neither ever waits.
#pragma once

#include <rte_ring.h>
#include <rte_ring_elem.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

namespace drover::datapath {

enum class Producers { one, many };

template <class T>
class Ring {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 4 == 0);

 public:
  // Holds at least `capacity` values.
  Ring(unsigned capacity, Producers producers) {
    const unsigned slots = rte_align32pow2(capacity + 1);
    const auto size = static_cast<std::size_t>(rte_ring_get_memsize_elem(sizeof(T), slots));
    auto* ring = static_cast<rte_ring*>(
        std::aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(size, RTE_CACHE_LINE_SIZE)));
    if (ring == nullptr) throw std::bad_alloc();
    ring_.reset(ring);
    const unsigned flags =
        producers == Producers::one ? RING_F_SP_ENQ | RING_F_SC_DEQ : RING_F_SC_DEQ;
    rte_ring_init(ring, "drover", slots, flags);
  }

  // False when it is full.
  bool push(const T& value) { return push_some(std::span(&value, 1)) == 1; }
  // As many of the first as there is room for; returns how many.
  unsigned push_some(std::span<const T> values) {
    return rte_ring_enqueue_burst_elem(ring_.get(), values.data(), sizeof(T),
                                       static_cast<unsigned>(values.size()), nullptr);
  }
  // Returns how many were written to the front of `out`.
  unsigned pop_some(std::span<T> out) {
    return rte_ring_dequeue_burst_elem(ring_.get(), out.data(), sizeof(T),
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
