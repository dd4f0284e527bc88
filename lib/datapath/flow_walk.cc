// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/flow_walk.h"

#include <algorithm>

#include "lib/datapath/peer_placement.h"
#include "lib/datapath/template_record.h"

namespace drover::datapath {
namespace {

constexpr std::size_t most_buckets = 64;                // a turn, of the whole table
constexpr std::size_t most_refreshed = 256;             // buckets a turn
constexpr std::uint64_t hurried_round = 1'000'000'000;  // nanoseconds

template <class Entry>
bool is_over(const Entry& connection, const WorkerState& state) {
  return flow::expired(connection.expires(), state.tick()) ||
         state.destination(connection.destination()).bond == Bond::releases;
}

template <class Entry>
bool is_found_without_us(const Entry& connection, const WorkerState& state) {
  return is_placed_alike(connection.key(), connection.destination(), *state.snapshot);
}

}  // namespace

void FlowWalk::adopt_snapshot(const Snapshot& snapshot) {
  if (snapshot.any_placed_alike && snapshot.scheduler_generation != scheduler_generation_) {
    exceptions_due_ = true;
    hurried_ = 0;
  }
  scheduler_generation_ = snapshot.scheduler_generation;
}

void FlowWalk::tell_table() {
  telling_ = true;
  cursor_ = 0;
}

bool FlowWalk::turn(WorkerState& state) {
  if (!state.reporter.is_on()) [[likely]]
    return false;
  if (state.reporter.has_lost()) hurried_ = 0;
  bool told = false;
  if (telling_) told = tell_more(state);
  told |= refresh(state);
  return told;
}

bool FlowWalk::tell_more(WorkerState& state) {
  pace_.set_rate(rows_per_second);
  const std::size_t v4 = state.table_v4.bucket_count();
  const std::size_t both = v4 + state.table_v6.bucket_count();
  if (cursor_ < v4) {
    cursor_ = tell_rows(state, state.table_v4, cursor_);
  } else if (cursor_ < both) {
    cursor_ = v4 + tell_rows(state, state.table_v6, cursor_ - v4);
  } else if (cursor_ - both < state.templates.rows()) {
    if (!state.reporter.has_room_in_passing()) return false;
    cursor_ = both + state.templates.walk(cursor_ - both, most_buckets,
                                          [&](const flow::ClientTemplate& row) {
                                            FlowRecord record = template_record(row, state.tick());
                                            record.of_table = true;
                                            state.reporter.tell(record);
                                          });
  } else if (state.reporter.has_room_in_passing()) {
    FlowRecord end;
    end.kind = FlowRecord::Kind::table_end;
    end.of_table = true;
    state.reporter.tell(end);
    telling_ = false;
  } else {
    return false;
  }
  state.reporter.ring();
  return true;
}

// Returns where to go on.
template <class Table>
std::size_t FlowWalk::tell_rows(WorkerState& state, Table& table, std::size_t from) {
  const std::size_t end = std::min(from + most_buckets, table.bucket_count());
  for (; from < end && state.reporter.has_room_in_passing(); ++from) {
    bool in_pace = true;
    table.walk(from, 1, [&](auto& connection) {
      if (is_over(connection, state) || is_found_without_us(connection, state)) return;
      in_pace &= pace_.take(state.now);
      state.reporter.tell_in_passing(connection, state.tick(), true);
    });
    if (!in_pace) return from + 1;
  }
  return from;
}

bool FlowWalk::refresh(WorkerState& state) {
  const std::size_t v4 = state.table_v4.bucket_count();
  const std::size_t both = v4 + state.table_v6.bucket_count();
  const bool hurries = hurried_ != SIZE_MAX;
  const std::uint64_t round = hurries ? hurried_round : state.snapshot->flow_refresh;
  const std::uint64_t elapsed = std::min(state.now - last_refresh_, round);
  const std::size_t due = std::min<std::size_t>(elapsed * both / round, most_refreshed);
  if (due == 0) return false;
  last_refresh_ = state.now;
  const std::size_t from = refresh_cursor_;
  if (from < v4)
    refresh_cursor_ = refresh_rows(state, state.table_v4, from, due);
  else
    refresh_cursor_ = v4 + refresh_rows(state, state.table_v6, from - v4, due);
  if (hurries) {
    hurried_ += refresh_cursor_ - from;
    if (hurried_ >= both) {
      hurried_ = SIZE_MAX;
      exceptions_due_ = false;
    }
  }
  if (refresh_cursor_ == both) refresh_cursor_ = 0;
  return hurries;
}

template <class Table>
std::size_t FlowWalk::refresh_rows(WorkerState& state, Table& table, std::size_t from,
                                   std::size_t buckets) {
  const std::size_t end = std::min(from + buckets, table.bucket_count());
  for (; from < end && state.reporter.has_room_in_passing(); ++from)
    table.walk(from, 1, [&](auto& connection) {
      if ((!connection.unsynced() && !exceptions_due_) || is_over(connection, state) ||
          is_found_without_us(connection, state))
        return;
      state.reporter.tell_in_passing(connection, state.tick(), false);
    });
  return from;
}

}  // namespace drover::datapath
