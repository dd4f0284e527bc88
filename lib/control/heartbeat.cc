// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/heartbeat.h"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>

#include "lib/control/interface_view.h"
#include "lib/control/packet_socket.h"
#include "lib/control/vlan_interface.h"
#include "lib/net/header_at.h"
#include "lib/net/vlan.h"
#include "lib/net/wire.h"

namespace drover::control {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

// Of the lowest real-time ones: all that it must come before are ordinary threads.
constexpr int real_time_priority = 1;
constexpr int datagrams_a_turn = 64;
// Room in the ring that announcements leave to advertisements.
constexpr unsigned kept_for_advertisements = 32;
// Until a worker has made room again.
constexpr std::chrono::microseconds ring_pause{500};

// The interface on which untagged frames of the port come to the kernel.
std::string interface_of(const PlantPort& port) {
  const std::string own = port.driver->kernel_interface();
  return port.config->vlan == 0 ? own : vlan_interface(own, port.config->vlan);
}

}  // namespace

Heartbeat::Heartbeat(const Plant& plant, std::vector<failover::Instance> instances,
                     std::vector<Lease> leases, Doorbell& changed)
    : plant_(plant),
      changed_(changed),
      instances_(std::move(instances)),
      leases_(std::move(leases)),
      marks_(instances_.size()) {}

void Heartbeat::end() {
  if (!thread_) return;
  {
    const std::lock_guard guard(mutex_);
    ended_ = true;
  }
  bell_.ring();
  pthread_join(*thread_, nullptr);
  thread_.reset();
}

Result<void> Heartbeat::start() {
  if (auto opened = open_sockets(); !opened) return opened;
  with([this](auto& instances, TimePoint now) {
    for (std::size_t i = 0; i < instances.size(); ++i) {
      mark(i);
      instances[i].start(now);
    }
  });
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
  pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
  const sched_param parameters{.sched_priority = real_time_priority};
  pthread_attr_setschedparam(&attributes, &parameters);
  pthread_t thread{};
  real_time_ = pthread_create(&thread, &attributes, &Heartbeat::run, this) == 0;
  pthread_attr_destroy(&attributes);
  if (!real_time_)
    if (const int error = pthread_create(&thread, nullptr, &Heartbeat::run, this); error != 0)
      return failure("droverd", "no heartbeat thread: " + errno_text(error));
  thread_ = thread;
  return {};
}

Result<void> Heartbeat::open_sockets() {
  std::set<bool> families;
  for (const failover::Instance& instance : instances_)
    for (const failover::InstancePath& path : instance.settings().paths) {
      families.insert(path.own.is_v6());
      if (auto opened = open_socket(path); !opened) return opened;
    }
  for (const bool is_v6 : families) {
    auto sink = open_vrrp_sink(is_v6);
    if (!sink) return tl::unexpected(sink.error());
    sinks_.push_back(std::move(*sink));
  }
  return {};
}

// One a port and family.
Result<void> Heartbeat::open_socket(const failover::InstancePath& path) {
  const bool is_v6 = path.own.is_v6();
  const bool is_open = std::ranges::any_of(sockets_, [&](const Socket& socket) {
    return socket.port == path.port && socket.is_v6 == is_v6;
  });
  if (is_open || is_heard_by_workers(path.port)) return {};
  const PlantPort& port = plant_.ports[path.port];
  const std::string name = interface_of(port);
  const int index = view_interfaces({name}).at(name).index;
  if (index == 0)
    return failure(name, "there is no such interface, where heartbeats would be heard",
                   fmt::format("ip link add link {} name {} type vlan id {}",
                               port.driver->kernel_interface(), name, port.config->vlan));
  auto socket = open_vrrp_socket(index, is_v6);
  if (!socket) return tl::unexpected(socket.error());
  sockets_.push_back({std::move(*socket), path.port, is_v6});
  return {};
}

// The kernel gets that port's frames from the control thread, which may be late.
bool Heartbeat::is_heard_by_workers(std::size_t port) const {
  return plant_.ports[port].driver->host_interface() != nullptr;
}

void* Heartbeat::run(void* self) {
  static_cast<Heartbeat*>(self)->run();
  return nullptr;
}

void Heartbeat::run() {
  pthread_setname_np(pthread_self(), "heartbeat");
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  while (true) {
    std::optional<TimePoint> until;
    {
      const std::lock_guard guard(mutex_);
      if (ended_) return;
      tick();
      until = next_deadline();
    }
    wait(until);
  }
}

void Heartbeat::wait(std::optional<TimePoint> until) {
  std::vector<pollfd> watched;
  const auto watch = [&watched](int descriptor) {
    watched.push_back({.fd = descriptor, .events = POLLIN, .revents = 0});
  };
  for (const Socket& socket : sockets_) watch(socket.descriptor.get());
  for (const PlantWorker& worker : plant_.workers)
    watch(worker.crossing->heartbeat_doorbell.descriptor());
  watch(bell_.descriptor());
  timespec timeout{};
  if (until) {
    const auto left = std::max(nanoseconds(0), nanoseconds(*until - Clock::now()));
    timeout.tv_sec = left.count() / 1'000'000'000;
    timeout.tv_nsec = left.count() % 1'000'000'000;
  }
  if (ppoll(watched.data(), watched.size(), until ? &timeout : nullptr, nullptr) <= 0) return;
  if (watched.back().revents != 0) bell_.answer();
  for (std::size_t i = 0; i < sockets_.size(); ++i)
    if (watched[i].revents != 0) receive(sockets_[i]);
  for (std::size_t i = 0; i < plant_.workers.size(); ++i)
    if (watched[sockets_.size() + i].revents != 0) receive(*plant_.workers[i].crossing);
}

void Heartbeat::receive(const Socket& socket) {
  std::array<std::uint8_t, 2048> buffer;
  for (int i = 0; i < datagrams_a_turn; ++i) {
    const auto frame = receive_frame(socket.descriptor.get(), buffer);
    if (!frame) return;
    hear({socket.port, socket.is_v6, frame->payload, frame->source});
  }
}

void Heartbeat::receive(datapath::Crossing& worker) {
  worker.heartbeat_doorbell.answer();
  datapath::HeartbeatFrame frame;
  while (worker.heard_heartbeats.pop_some({&frame, 1}) == 1) {
    const auto port = std::ranges::find(plant_.ports, frame.ethdev,
                                        [](const PlantPort& each) { return each.ethdev->port(); });
    const auto bytes = std::span<const std::uint8_t>(frame.bytes).first(frame.length);
    const auto& header = header_at<EthernetHeader>(bytes, 0);
    hear({static_cast<std::size_t>(port - plant_.ports.begin()),
          header.type == Be16(ether_type::ipv6), bytes.subspan(sizeof header), header.source});
  }
}

void Heartbeat::hear(const Heard& heard) {
  const std::lock_guard guard(mutex_);
  const TimePoint now = Clock::now();
  for (std::size_t i = 0; i < instances_.size(); ++i) {
    const auto& paths = instances_[i].settings().paths;
    for (std::size_t path = 0; path < paths.size(); ++path)
      if (paths[path].port == heard.port && paths[path].own.is_v6() == heard.is_v6 &&
          instances_[i].hear(path, heard.datagram, heard.source, now, can_forward(i)) &&
          instances_[i].router().role() == failover::Role::backup)
        mark(i);
  }
  settle();
}

void Heartbeat::tick() {
  const TimePoint now = Clock::now();
  for (std::size_t i = 0; i < instances_.size(); ++i) instances_[i].tick(now, can_forward(i));
  settle();
}

bool Heartbeat::can_forward(std::size_t instance) const {
  const std::vector<std::uint64_t> turns = turns_of(plant_);
  for (std::size_t worker = 0; worker < turns.size(); ++worker)
    if (turns[worker] <= marks_[instance][worker]) return false;
  return true;
}

void Heartbeat::mark(std::size_t instance) {
  marks_[instance] = turns_of(plant_);
}

void Heartbeat::settle() {
  const TimePoint now = Clock::now();
  for (std::size_t i = 0; i < instances_.size(); ++i) settle(i, now);
  const std::uint64_t tsc_now = tsc_.nanoseconds();
  while (!announcements_.empty() &&
         plant_.workers.front().crossing->heartbeats.room() > kept_for_advertisements) {
    const AnnouncementQueue::Entry& next = announcements_.front();
    failover::Instance& instance = instances_[next.instance];
    const auto good_for = nanoseconds(instance.master_until() - now).count();
    if (good_for <= 0 || !push(next.frame, tsc_now + static_cast<std::uint64_t>(good_for))) return;
    instance.count_announcements(1);
    announcements_.pop();
  }
}

void Heartbeat::settle(std::size_t index, TimePoint now) {
  failover::Instance& instance = instances_[index];
  const bool is_master = instance.router().role() == failover::Role::master;
  const auto advertisements = instance.take_advertisements();
  if (!advertisements.empty()) mark(index);
  // Whatever says that it leaves is true for as long.
  const auto good_for = std::max(nanoseconds(instance.master_until() - now),
                                 nanoseconds(is_master ? 0 : 1'000'000'000));
  const std::uint64_t good_until =
      tsc_.nanoseconds() + static_cast<std::uint64_t>(std::max<std::int64_t>(0, good_for.count()));
  if (is_master)
    leases_[index]->extend(good_until);
  else
    leases_[index]->end();
  for (const failover::OutgoingFrame& frame : advertisements) push(frame, good_until);
  if (!is_master) announcements_.drop(index);
  if (const unsigned times = instance.take_announcements(); times > 0)
    announcements_.add(index, instance, times);
  if (instance.has_occurrences()) changed_.ring();
}

bool Heartbeat::push(const failover::OutgoingFrame& frame, std::uint64_t good_until) {
  const PlantPort& port = plant_.ports[frame.port];
  std::vector<std::uint8_t> bytes = frame.bytes;
  if (port.config->vlan != 0) put_vlan_tag(bytes, port.config->vlan);
  datapath::HeartbeatFrame heartbeat{.good_until = good_until,
                                     .ethdev = port.ethdev->port(),
                                     .length = static_cast<std::uint16_t>(bytes.size()),
                                     .bytes = {}};
  if (bytes.size() > heartbeat.bytes.size()) return false;
  std::ranges::copy(bytes, heartbeat.bytes.begin());
  return plant_.workers.front().crossing->heartbeats.push(heartbeat);
}

bool Heartbeat::has_sent_all() const {
  const std::lock_guard guard(mutex_);
  return announcements_.empty() && plant_.workers.front().crossing->heartbeats.empty();
}

std::optional<Heartbeat::TimePoint> Heartbeat::next_deadline() const {
  std::optional<TimePoint> next;
  for (const failover::Instance& instance : instances_)
    if (const auto its = instance.deadline()) next = std::min(next.value_or(*its), *its);
  if (announcements_.empty()) return next;
  const TimePoint again = Clock::now() + ring_pause;
  return std::min(next.value_or(again), again);
}

}  // namespace drover::control
