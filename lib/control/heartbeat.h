// SPDX-License-Identifier: BSD-3-Clause
// The heartbeat thread: keeps the time of every VRRP instance, hears the peers' advertisements on
// the ports' kernel interfaces, or from the workers where these get every frame of a port, and
// sends its own through worker 0, which owns the traffic's queues.
//
// It is a thread of its own since the control thread may be busy for longer than three heartbeats
// of 10 ms last: with a file of a thousand services, or a listing of a million connections.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "lib/base/doorbell.h"
#include "lib/base/inheriting_mutex.h"
#include "lib/base/result.h"
#include "lib/control/announcement_queue.h"
#include "lib/control/file_descriptor.h"
#include "lib/control/plant.h"
#include "lib/datapath/mastership_lease.h"
#include "lib/datapath/tsc_clock.h"
#include "lib/failover/instance.h"

namespace drover::control {

class Heartbeat {
 public:
  using TimePoint = failover::Instance::TimePoint;
  using Lease = std::shared_ptr<datapath::MastershipLease>;

  // A lease for each instance. `changed` is rung when an instance has an occurrence.
  Heartbeat(const Plant& plant, std::vector<failover::Instance> instances,
            std::vector<Lease> leases, Doorbell& changed);
  ~Heartbeat() { end(); }
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  // The calling thread has the interfaces' network namespace. Instances are started with it.
  Result<void> start();
  // Ends the thread; while the workers are there.
  void end();
  // Of the thread: SCHED_FIFO was permitted.
  bool is_real_time() const { return real_time_; }

  // Any thread but this one: act(instances, now), and then what the instances want done is. It must
  // be short: heartbeats wait meanwhile.
  template <class Act>
  auto with(Act&& act) {
    const std::lock_guard guard(mutex_);
    struct Settle {
      Heartbeat& self;
      ~Settle() {
        self.settle();
        self.bell_.ring();
      }
    } const settle{*this};
    return std::forward<Act>(act)(instances_, std::chrono::steady_clock::now());
  }

  // Everything that was said has left by the port, or was dropped.
  bool has_sent_all() const;

 private:
  struct Socket {
    FileDescriptor descriptor;
    std::size_t port;
    bool is_v6;
  };
  struct Heard {
    std::size_t port;
    bool is_v6;
    std::span<const std::uint8_t> datagram;
    MacAddress source;
  };
  static void* run(void* self);
  void run();
  Result<void> open_sockets();
  Result<void> open_socket(const failover::InstancePath& path);
  bool is_heard_by_workers(std::size_t port) const;
  void wait(std::optional<TimePoint> until);
  void receive(const Socket& socket);
  void receive(datapath::Crossing& worker);
  void hear(const Heard& heard);
  void tick();
  void settle();
  void settle(std::size_t instance, TimePoint now);
  bool push(const failover::OutgoingFrame& frame, std::uint64_t good_until);
  std::optional<TimePoint> next_deadline() const;
  bool can_forward(std::size_t instance) const;
  void mark(std::size_t instance);

  const Plant& plant_;
  Doorbell& changed_;
  const datapath::TscClock tsc_;
  mutable InheritingMutex mutex_;  // of all below but for sockets
  std::vector<failover::Instance> instances_;
  std::vector<Lease> leases_;                      // by instance
  std::vector<std::vector<std::uint64_t>> marks_;  // by instance: the workers' turns at its last
                                                   // advertisement, sent or heard
  AnnouncementQueue announcements_;
  bool ended_ = false;
  std::vector<Socket> sockets_;
  std::vector<FileDescriptor> sinks_;  // one a family
  Doorbell bell_;                      // instances were acted upon from outside
  bool real_time_ = false;
  std::optional<pthread_t> thread_;
};

}  // namespace drover::control
