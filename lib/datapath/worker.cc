// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/worker.h"

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include "lib/datapath/flow_lookup.h"
#include "lib/datapath/flow_receiver.h"
#include "lib/datapath/pipeline.h"
#include "lib/datapath/send_heartbeats.h"
#include "lib/datapath/stages/admit.h"
#include "lib/datapath/stages/fragments.h"
#include "lib/datapath/stages/rewrite.h"
#include "lib/datapath/tsc_clock.h"

namespace drover::datapath {
namespace {

constexpr std::uint64_t house_keeping_interval = 10'000'000;  // nanoseconds
// The whole table is swept in this time, so that what has expired is counted out soon.
constexpr std::uint64_t sweep_period = 2'000'000'000;  // nanoseconds
// Buckets a turn: not to hold up the packets behind them, or in a turn without any.
constexpr std::size_t most_swept_at_once = 256;
constexpr std::size_t most_swept_when_idle = 8'192;
constexpr std::size_t listed_at_once = 64;  // buckets

// An eighth of the connections', within bounds.
std::size_t template_capacity(const WorkerSettings& settings) {
  const auto connections =
      std::max(flow::ConnectionTableV4::capacity_of(settings.tables.v4.size()),
               flow::ConnectionTableV6::capacity_of(settings.tables.v6.size()));
  return std::clamp<std::size_t>(connections / 8, 1'024, 1'048'576);
}

ConnectionRow end_of_listing(std::uint32_t request) {
  ConnectionRow row;
  row.request = request;
  row.is_end = 1;
  return row;
}

}  // namespace

Worker::Worker(WorkerSettings settings, const SnapshotStore& snapshots, Crossing& crossing,
               WorkerCounters& counters)
    : settings_(std::move(settings)),
      snapshots_(snapshots),
      peers_(settings_.workers, settings_.id, counters),
      state_{.id = settings_.id,
             .table_v4 = flow::ConnectionTableV4(settings_.tables.v4, settings_.seed),
             .table_v6 = flow::ConnectionTableV6(settings_.tables.v6, settings_.seed),
             .crossing = crossing,
             .counters = counters,
             .transmitter = Transmitter(settings_.transmit, counters),
             .held = HeldFrames(counters),
             .refusals = {},
             .mempool = settings_.mempool,
             .peers = peers_,
             .templates =
                 Templates(template_capacity(settings_), settings_.seed, settings_.id, peers_),
             .datagrams = Datagrams(settings_.seed, settings_.id, peers_, counters),
             .fragmented_flows = FragmentedFlows(settings_.seed),
             .source_limits = SourceLimits(settings_.seed),
             .reporter = FlowReporter(crossing, counters),
             .records = {},
             .unannounced = {},
             .has_fast_path = settings_.has_fast_path,
             .random = (settings_.seed.first ^ balance::stable_hash(settings_.id.value())) | 1U},
      observer_(crossing) {}

void Worker::run(const std::atomic<bool>& stop) {
  // The kernel would otherwise add up to 50 us to each sleep.
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  const TscClock clock;
  start();
  std::uint64_t now = clock.nanoseconds();
  while (!stop.load(std::memory_order_relaxed)) {
    const bool worked = turn(now);
    const std::uint64_t end = clock.nanoseconds();
    if (worked) {
      state_.counters.busy_nanoseconds.add(end - now);
      idle_.worked();
    } else if (settings_.sleeps_when_idle) {
      if (const auto pause = idle_.pause(); pause.count() > 0) {
        state_.counters.sleeps.add(1);
        std::this_thread::sleep_for(pause);
      }
    }
    now = clock.nanoseconds();
  }
  finish();
}

void Worker::start() {
  snapshots_.online(settings_.id);
}

void Worker::finish() {
  state_.unannounced.release(UINT64_MAX, state_.now, [this](PortId port, rte_mbuf* frame) {
    state_.transmitter.send(port, frame);
  });
  state_.transmitter.flush();
  snapshots_.offline(settings_.id);
}

bool Worker::turn(std::uint64_t now) {
  state_.now = now;
  state_.tick_now = flow::Tick::from_nanoseconds(now);
  adopt_snapshot();
  bool worked = false;
  for (const PolledQueue& queue : settings_.receive) worked |= receive(queue);
  if (!state_.crossing.handovers.empty()) worked |= receive_handovers();
  worked |= send_outbound();
  if (!state_.crossing.heartbeats.empty()) worked |= send_heartbeats(state_);
  if (!state_.crossing.received_flows.empty()) worked |= receive_flows();
  worked |= flow_walk_.turn(state_);
  if (!state_.unannounced.empty()) [[unlikely]]
    worked |= release_unannounced();
  if (!state_.crossing.commands.empty()) obey_commands();
  if (!state_.crossing.questions.empty()) answer_questions();
  if (listing_) worked |= list_connections();
  if (now - last_house_keeping_ >= house_keeping_interval) keep_house();
  sweep(worked ? most_swept_at_once : most_swept_when_idle);
  load_refresh_.turn(*state_.snapshot, settings_.id, now);
  state_.transmitter.flush();
  state_.counters.turns.add(1);
  snapshots_.quiescent(settings_.id);
  return worked;
}

bool Worker::receive(const PolledQueue& queue) {
  burst_.count = rte_eth_rx_burst(queue.ethdev, queue.queue, burst_.mbufs.data(), Burst::capacity);
  if (burst_.count == 0) return false;
  burst_.port = queue.port;
  process(burst_, state_, observer_);
  state_.counters.bursts.add(burst_.count);
  state_.counters.frames.add(burst_.count);
  state_.counters.table_entries.set(state_.connections());
  return true;
}

// One by one: they are few, and each comes with a question of its own. Who handed them over may
// already have used a newer snapshot than this turn's.
bool Worker::receive_handovers() {
  std::array<Handover, Burst::capacity> handed;
  const unsigned count = state_.crossing.handovers.pop_some(handed);
  adopt_snapshot();
  for (const Handover& handover : std::span(handed).first(count)) {
    if (hear(handover)) continue;
    state_.handed = &handover;
    burst_.count = 1;
    burst_.port = handover.port;
    burst_.mbufs[0] = handover.frame;
    process(burst_, state_, observer_);
  }
  state_.handed = nullptr;
  state_.counters.table_entries.set(state_.connections());
  return count > 0;
}

// True if it was a word without a frame.
bool Worker::hear(const Handover& handover) {
  switch (handover.kind) {
    case Handover::Kind::client_is_here:
      state_.templates.hear(handover, state_.tick());
      return true;
    case Handover::Kind::datagram_decided:
      state_.datagrams.hear(handover, state_.now);
      return true;
    case Handover::Kind::flow_decided:
      stages::hear_of_flow(handover, state_);
      return true;
    default:
      return false;
  }
}

bool Worker::receive_flows() {
  std::array<FlowRecord, Burst::capacity> records;
  const unsigned count = state_.crossing.received_flows.pop_some(records);
  for (const FlowRecord& record : std::span(records).first(count))
    if (record.kind == FlowRecord::Kind::tell_table)
      flow_walk_.tell_table();
    else
      receive_flow(record, state_);
  state_.counters.table_entries.set(state_.connections());
  return count > 0;
}

bool Worker::release_unannounced() {
  state_.reporter.ring_soon();
  bool any = false;
  const std::size_t late = state_.unannounced.release(state_.reporter.told(), state_.now,
                                                      [&](PortId port, rte_mbuf* frame) {
                                                        state_.transmitter.send(port, frame);
                                                        any = true;
                                                      });
  if (late > 0) state_.counters.flow_changes_late.add(late);
  return any;
}

bool Worker::send_outbound() {
  std::array<rte_mbuf*, Burst::capacity> frames;
  const unsigned count = state_.crossing.outbound.pop_some(frames);
  for (unsigned i = 0; i < count; ++i) state_.transmitter.send_by_ethdev(frames[i]);
  return count > 0;
}

void Worker::adopt_snapshot() {
  const Snapshot* before = std::exchange(state_.snapshot, snapshots_.current());
  if (state_.snapshot == before) [[likely]]
    return;
  if (!state_.snapshot->tables.empty()) move_to(state_.snapshot->tables[settings_.id.value()]);
  state_.templates.adopt_snapshot(*state_.snapshot);
  state_.records.adopt_snapshot(state_);
  state_.reporter.adopt_snapshot(*state_.snapshot, state_.records.is_on());
  flow_walk_.adopt_snapshot(*state_.snapshot);
  if (state_.snapshot->has_limits) state_.source_limits.prepare();
  if (state_.snapshot->access_generation > screened_generation_) {
    screened_generation_ = state_.snapshot->access_generation;
    screening_cursor_ = 0;
  }
  state_.refusals.set_rate(state_.snapshot->refusals_per_second);
  state_.expected.clear();
  for (const PortFacts& port : state_.snapshot->ports)
    state_.expected.emplace_back(port.mac, port.vlan);
  state_.counters.snapshot_generation.set(state_.snapshot->generation);
  release_held();
}

// A family that got its first service by a reload comes with a table that has room for it.
void Worker::move_to(const TableMemory& memory) {
  ConnectionAccounting accounting = state_.accounting();
  const auto move_if_larger = [&](auto& table, std::span<std::byte> larger) {
    if (table.capacity_of(larger.size()) > table.capacity())
      table.move_to(larger, state_.tick(), accounting);
  };
  move_if_larger(state_.table_v4, memory.v4);
  move_if_larger(state_.table_v6, memory.v6);
}

void Worker::release_held() {
  const auto is_resolved = [this](DestinationId id) { return state_.destination(id).resolved; };
  state_.held.release(is_resolved, [this](DestinationId id, rte_mbuf* frame) {
    const Destination& destination = state_.destination(id);
    const Egress& egress = state_.snapshot->egress_of(destination);
    stages::address_to_server(rte_pktmbuf_mtod(frame, std::uint8_t*), destination, egress);
    state_.transmitter.send(egress.port, frame);
  });
}

void Worker::obey_commands() {
  std::array<WorkerCommand, 1> command;
  if (state_.crossing.commands.pop_some(command) == 0) return;
  if (command[0].kind == WorkerCommand::Kind::observe)
    return observer_.obey(command[0].order, command[0].request);
  listing_ = true;
  listing_cursor_ = 0;
  listing_request_ = command[0].request;
}

// Its connections are over, though they may not have been met yet.
bool Worker::is_released(DestinationId id) const {
  return state_.destination(id).bond == Bond::releases;
}

// One a turn.
void Worker::answer_questions() {
  std::array<FlowQuestion, 1> question;
  if (state_.crossing.answers.room() == 0) return;  // control will make room
  if (state_.crossing.questions.pop_some(question) == 0) return;
  state_.crossing.answers.push(look_up_flow(question[0], state_));
  state_.crossing.control_doorbell.ring();
}

bool Worker::list_connections() {
  auto& rows = state_.crossing.rows;
  const auto room = rows.room() / flow::ConnectionTableV4::Bucket::slots;
  const std::size_t buckets = std::min<std::size_t>(room, listed_at_once);
  if (buckets == 0) return false;  // control will make room
  const std::size_t v4 = state_.table_v4.bucket_count();
  const std::size_t v6 = state_.table_v6.bucket_count();
  const std::size_t from = listing_cursor_;
  if (from < v4)
    listing_cursor_ = list_table(state_.table_v4, from, buckets);
  else if (from - v4 < v6)
    listing_cursor_ = v4 + list_table(state_.table_v6, from - v4, buckets);
  else if (from - v4 - v6 < state_.templates.rows())
    listing_cursor_ = v4 + v6 + list_templates(from - v4 - v6, buckets);
  else
    listing_ = !rows.push(end_of_listing(listing_request_));
  state_.crossing.control_doorbell.ring();
  return true;
}

template <class Table>
std::size_t Worker::list_table(Table& table, std::size_t from, std::size_t buckets) {
  const flow::Tick now = state_.tick();
  return table.walk(from, buckets, [&](const typename Table::Entry& connection) {
    if (flow::expired(connection.expires(), now) || is_released(connection.destination())) return;
    const auto key = connection.key();
    state_.crossing.rows.push(
        {.client = key.client,
         .client_port = key.client_port,
         .virtual_port = key.virtual_port,
         .vip = key.vip,
         .state = connection.state(),
         .destination = connection.destination(),
         .request = listing_request_,
         .seconds_left = flow::remaining(connection.expires(), now).count() / 4});
  });
}

// As IPVS lists them: client port 0, and the virtual port 0 where they are for several.
std::size_t Worker::list_templates(std::size_t from, std::size_t count) {
  const flow::Tick now = state_.tick();
  return state_.templates.walk(from, count, [&](const flow::ClientTemplate& row) {
    using Kind = ConnectionRow::Kind;
    const auto group = row.key.group.value();
    if (group >= state_.snapshot->persistences.size()) return;
    const Persistence* persistence = state_.snapshot->persistences[group].get();
    if (persistence == nullptr || is_released(row.destination)) return;
    state_.crossing.rows.push(
        {.client = IpAddress::unmapped(row.key.client),
         .client_port = 0,
         .virtual_port = persistence->virtual_port,
         .vip = persistence->vip,
         .state = flow::TcpState::none,
         .destination = row.destination,
         .request = listing_request_,
         .seconds_left = flow::remaining(row.expires, now).count() / 4,
         .kind = row.assured ? Kind::assured_template : Kind::client_template});
  });
}

void Worker::keep_house() {
  last_house_keeping_ = state_.now;
  if (!state_.held.empty()) state_.held.expire(state_.now);
  state_.datagrams.expire(state_.now);
  state_.reporter.ring_soon();
  state_.counters.table_entries.set(state_.connections());
}

// As many buckets as the time since the last turn asks for, so that turns may come at any pace.
void Worker::sweep(std::size_t most_buckets) {
  const std::uint64_t elapsed = std::min(state_.now - last_sweep_, sweep_period);
  const std::size_t most = std::max(state_.table_v4.bucket_count(), state_.table_v6.bucket_count());
  if (elapsed * most < sweep_period) return;
  last_sweep_ = state_.now;
  // Rounded up, or the smaller of them would never be due.
  const auto due = [&](std::size_t rows) { return elapsed * rows / sweep_period + 1; };
  state_.templates.sweep(due(state_.templates.rows()), state_.tick());
  ConnectionAccounting accounting = state_.accounting();
  const auto sweep_table = [&](auto& table) {
    table.sweep(state_.tick(), std::min<std::uint64_t>(due(table.bucket_count()), most_buckets),
                accounting);
  };
  sweep_table(state_.table_v4);
  sweep_table(state_.table_v6);
  if (screening_cursor_ < state_.table_v4.bucket_count() + state_.table_v6.bucket_count())
    screen(std::min<std::uint64_t>(due(most), most_buckets));
}

// Access lists are for new connections; who had one before loses it now.
void Worker::screen(std::size_t buckets) {
  ConnectionAccounting accounting = state_.accounting();
  const auto screen_table = [&](auto& table, std::size_t from) {
    return table.walk(from, buckets, [&](auto& connection) {
      if (stages::may_stay(connection.key(), *state_.snapshot)) return;
      accounting.left(connection);
      table.erase(&connection);
    });
  };
  const std::size_t v4 = state_.table_v4.bucket_count();
  screening_cursor_ = screening_cursor_ < v4
                          ? screen_table(state_.table_v4, screening_cursor_)
                          : v4 + screen_table(state_.table_v6, screening_cursor_ - v4);
}

}  // namespace drover::datapath
