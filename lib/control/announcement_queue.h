// SPDX-License-Identifier: BSD-3-Clause
// Announcements of VIPs on their way to the worker: thousands may be due at once, and heartbeats
// must find room between them. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "lib/failover/instance.h"

namespace drover::control {

class AnnouncementQueue {
 public:
  // Each VIP so many times, all VIPs once before any a second time.
  void add(std::size_t index, const failover::Instance& instance, unsigned times) {
    drop(index);
    for (unsigned i = 0; i < times; ++i)
      for (const failover::InstanceVip& vip : instance.vips())
        for (failover::OutgoingFrame& frame : instance.announcement_of(vip))
          queue_.push_back({index, std::move(frame)});
  }
  // What this instance has in it.
  void drop(std::size_t index) {
    std::erase_if(queue_, [&](const Entry& entry) { return entry.instance == index; });
  }

  struct Entry {
    std::size_t instance;
    failover::OutgoingFrame frame;
  };
  bool empty() const { return queue_.empty(); }
  const Entry& front() const { return queue_.front(); }
  void pop() { queue_.pop_front(); }

 private:
  std::deque<Entry> queue_;
};

}  // namespace drover::control
