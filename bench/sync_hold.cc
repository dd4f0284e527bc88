// SPDX-License-Identifier: BSD-3-Clause
#include "bench/sync_hold.h"

#include <arpa/inet.h>
#include <poll.h>
#include <rte_mbuf.h>
#include <rte_ring.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace drover::test {
namespace {

using Clock = std::chrono::steady_clock;

// Somebody on this machine, who does not listen.
int socket_to_nobody() {
  const int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in nobody{};
  nobody.sin_family = AF_INET;
  nobody.sin_port = htons(9);
  nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connect(descriptor, reinterpret_cast<const sockaddr*>(&nobody), sizeof nobody);
  return descriptor;
}

// Of the worker's own: it is UDP.
bool is_record(const rte_mbuf* frame) {
  constexpr std::size_t protocol_at = 14 + 9;
  return *rte_pktmbuf_mtod_offset(frame, const std::uint8_t*, protocol_at) == 17;
}

// What ControlLoop does when it is rung. Returns how often that was.
std::uint64_t run_control(SyncedPlant& synced, const std::atomic<bool>& over) {
  const int peer = socket_to_nobody();
  Doorbell& bell = synced.plant.crossing(WorkerId(0)).control_doorbell;
  std::uint64_t wakes = 0;
  while (!over.load()) {
    pollfd rung{.fd = bell.descriptor(), .events = POLLIN, .revents = 0};
    if (poll(&rung, 1, 100) <= 0) continue;
    ++wakes;
    bell.answer();
    synced.pump();
    for (; !synced.sent.empty(); synced.sent.pop_front()) {
      const Bytes& datagram = synced.sent.front();
      static_cast<void>(send(peer, datagram.data(), datagram.size(), 0));
    }
  }
  close(peer);
  return wakes;
}

}  // namespace

HoldFigures measure_hold(SyncedPlant& synced, unsigned packets_per_second,
                         std::chrono::milliseconds time,
                         const std::function<Bytes(std::uint32_t)>& frame) {
  std::atomic<bool> over{false};
  std::uint64_t wakes = 0;
  std::thread control([&] { wakes = run_control(synced, over); });

  RingPort& port = synced.plant.port(PortId(0));
  const auto count = static_cast<std::uint32_t>(packets_per_second * time.count() / 1'000);
  const Counter& late = synced.plant.counters(WorkerId(0)).flow_changes_late;
  const std::uint64_t late_before = late.value();
  std::vector<Clock::time_point> came;
  std::vector<std::chrono::nanoseconds> waits;
  const Clock::time_point begin = Clock::now();
  const auto pause = std::chrono::nanoseconds(1'000'000'000 / packets_per_second);
  while (waits.size() < count) {
    const Clock::time_point now = Clock::now();
    while (came.size() < count && came.size() - waits.size() < 256 &&
           now >= begin + came.size() * pause) {
      port.inject(0, frame(static_cast<std::uint32_t>(came.size())));
      came.push_back(Clock::now());
    }
    synced.plant.worker(WorkerId(0))
        .turn(synced.plant.now() + static_cast<std::uint64_t>((now - begin).count()));
    void* left = nullptr;
    while (rte_ring_dequeue(port.transmit_ring(0), &left) == 0) {
      auto* frame_left = static_cast<rte_mbuf*>(left);
      if (!is_record(frame_left)) waits.push_back(Clock::now() - came.at(waits.size()));
      rte_pktmbuf_free(frame_left);
    }
  }
  over = true;
  control.join();
  std::ranges::sort(waits);
  return {.median = waits.at(waits.size() / 2),
          .of_99_percent = waits.at(waits.size() * 99 / 100),
          .longest = waits.back(),
          .wakes = static_cast<double>(wakes) / count,
          .late = static_cast<double>(late.value() - late_before) / count};
}

}  // namespace drover::test
