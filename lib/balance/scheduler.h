// SPDX-License-Identifier: BSD-3-Clause
// A scheduler picks a real server for a new connection. Its configuration is immutable and shared
// by all workers; what it remembers between picks is a SchedulerState, of which each worker has its
// own for each virtual service. Adding a scheduler is one file and its line in meson.build.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "lib/base/strong_id.h"
#include "lib/net/address.h"

namespace drover::balance {

// A real server as a scheduler sees it. The order is the configuration's, and schedulers walk it
// from the first to the last (IPVS walks its own list from the newest server to the oldest).
struct Candidate {
  DestinationId destination;
  IpAddress address;
  std::uint32_t weight = 1;       // 0: gets no new connection
  std::uint32_t last_weight = 1;  // the latest that was not 0
  friend bool operator==(const Candidate&, const Candidate&) = default;
};

// A real server's connections now, of all workers, and whether its upper threshold bars new ones.
struct Load {
  std::uint32_t active = 0;
  std::uint32_t inactive = 0;
  bool overloaded = false;
};

class Loads {
 public:
  virtual Load of(DestinationId destination) const = 0;
  // False: no Load is `overloaded`.
  bool any_overloaded() const { return any_overloaded_; }

 protected:
  explicit Loads(bool any_overloaded = true) : any_overloaded_(any_overloaded) {}
  ~Loads() = default;

 private:
  bool any_overloaded_;
};

// What is to be scheduled, and all that comes in from outside.
struct NewConnection {
  IpAddress client;
  IpAddress vip;
  std::uint16_t client_port = 0;
  std::uint16_t virtual_port = 0;
  bool is_tcp = true;
  std::uint64_t random = 0;
  std::uint64_t now = 0;  // nanoseconds of a monotonic clock
  const Loads& loads;
};

// What one worker remembers for one service; survives a change of the servers.
struct alignas(64) SchedulerState {
  virtual ~SchedulerState() = default;
};

// What makes a scheduler's variant. Others have no flags.
struct SchedulerFlags {
  bool port = false;      // sh-port, mh-port: the client's port counts, too
  bool fallback = false;  // sh-fallback, mh-fallback: another server instead of one that is barred
  friend bool operator==(const SchedulerFlags&, const SchedulerFlags&) = default;
};

class Scheduler;

struct SchedulerSettings {
  std::vector<Candidate> candidates;
  SchedulerFlags flags;
  std::uint16_t port = 0;             // the service's
  std::uint32_t generation = 1;       // grows whenever the candidates change; never 0
  const Scheduler* before = nullptr;  // the service's until now, only while this one is made
};

class Scheduler {
 public:
  explicit Scheduler(SchedulerSettings settings) : settings_(std::move(settings)) {
    settings_.before = nullptr;
  }
  virtual ~Scheduler() = default;
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // For the worker of this number: workers start out of phase, so that together they go round, too.
  virtual std::unique_ptr<SchedulerState> make_state(std::uint32_t worker) const = 0;
  // Of make_state(): as much, apart from it.
  virtual std::unique_ptr<SchedulerState> copy(const SchedulerState& state) const = 0;
  // An index into the candidates; none when no server may have the connection. Only the worker that
  // owns `state`, of make_state() of a scheduler of the same name, calls it.
  virtual std::optional<std::uint32_t> pick(SchedulerState& state,
                                            const NewConnection& connection) const = 0;
  // Loads must be those of all workers; otherwise only `overloaded` counts.
  virtual bool needs_loads() const { return false; }
  // A pick depends on the connection's addresses and ports alone, so every balancer with these
  // servers makes the same.
  virtual bool is_by_hash() const { return false; }
  // By hash, and an ICMP error about a flow without a connection goes there, too: of IPVS's own
  // schedulers it is dropped.
  virtual bool places_errors() const { return false; }

  const SchedulerSettings& settings() const { return settings_; }

 protected:
  std::span<const Candidate> candidates() const { return settings_.candidates; }
  std::uint32_t count() const { return static_cast<std::uint32_t>(settings_.candidates.size()); }
  Load load(std::uint32_t index, const NewConnection& connection) const {
    return connection.loads.of(settings_.candidates[index].destination);
  }
  bool usable(std::uint32_t index, const NewConnection& connection) const {
    return settings_.candidates[index].weight > 0 &&
           !(connection.loads.any_overloaded() && load(index, connection).overloaded);
  }

 private:
  SchedulerSettings settings_;
};

// A scheduler whose memory is a `State`, made from the worker's number.
template <class State>
class SchedulerWithState : public Scheduler {
 public:
  using Scheduler::Scheduler;
  std::unique_ptr<SchedulerState> make_state(std::uint32_t worker) const override {
    return std::make_unique<State>(worker);
  }
  std::unique_ptr<SchedulerState> copy(const SchedulerState& state) const override {
    return std::make_unique<State>(static_cast<const State&>(state));
  }
  std::optional<std::uint32_t> pick(SchedulerState& state,
                                    const NewConnection& connection) const final {
    return pick_next(static_cast<State&>(state), connection);
  }

 private:
  virtual std::optional<std::uint32_t> pick_next(State& state,
                                                 const NewConnection& connection) const = 0;
};

// One that remembers nothing.
class StatelessScheduler : public Scheduler {
 public:
  using Scheduler::Scheduler;
  std::unique_ptr<SchedulerState> make_state(std::uint32_t) const override {
    return std::make_unique<SchedulerState>();
  }
  std::unique_ptr<SchedulerState> copy(const SchedulerState&) const override {
    return std::make_unique<SchedulerState>();
  }
  std::optional<std::uint32_t> pick(SchedulerState&, const NewConnection& connection) const final {
    return pick_for(connection);
  }

 private:
  virtual std::optional<std::uint32_t> pick_for(const NewConnection& connection) const = 0;
};

// Null for a name that is not in scheduler_names().
std::unique_ptr<const Scheduler> make_scheduler(std::string_view name, SchedulerSettings settings);
std::span<const std::string_view> scheduler_names();

}  // namespace drover::balance
