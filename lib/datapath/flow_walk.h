// SPDX-License-Identifier: BSD-3-Clause
// Goes over a worker's tables for the other balancer's sake, a few buckets a turn: the whole table
// when it is asked for, and for ever those connections whose last change has not been told.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lib/base/token_bucket.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath {

class FlowWalk {
 public:
  // Of the whole table. A million connections take five seconds, in which control has a tenth of a
  // core to do with them.
  static constexpr std::uint64_t rows_per_second = 200'000;

  void adopt_snapshot(const Snapshot& snapshot);
  // The whole table, and then its end mark. Begins anew if it is under way.
  void tell_table();
  // True if it has told anything.
  bool turn(WorkerState& state);

 private:
  bool tell_more(WorkerState& state);
  bool refresh(WorkerState& state);
  template <class Table>
  std::size_t tell_rows(WorkerState& state, Table& table, std::size_t from);
  template <class Table>
  std::size_t refresh_rows(WorkerState& state, Table& table, std::size_t from, std::size_t buckets);

  bool telling_ = false;
  std::size_t cursor_ = 0;  // over both tables and the templates
  TokenBucket pace_;

  std::uint64_t scheduler_generation_ = 0;
  bool exceptions_due_ = false;     // of services that are placed alike, since that has changed
  std::size_t hurried_ = SIZE_MAX;  // buckets of this hurried round so far; SIZE_MAX: none
  std::size_t refresh_cursor_ = 0;
  std::uint64_t last_refresh_ = 0;
};

}  // namespace drover::datapath
