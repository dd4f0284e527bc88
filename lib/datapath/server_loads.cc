// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/server_loads.h"

#include <algorithm>

namespace drover::datapath {
namespace {

void refresh(const DestinationDetails& details, WorkerId worker) {
  DestinationCounters& own = (*details.counters)[worker.value()];
  const std::uint64_t before = total(own);
  own.others_active = 0;
  own.others_inactive = 0;
  for (const DestinationCounters& other : *details.counters)
    if (&other != &own) {
      own.others_active += static_cast<std::uint32_t>(other.active.value());
      own.others_inactive += static_cast<std::uint32_t>(other.inactive.value());
    }
  if (total(own) == before) return;
  own.overload.connection_came(total(own), details.thresholds);
  own.overload.connection_went(total(own), details.thresholds);
}

}  // namespace

void LoadRefresh::turn(const Snapshot& snapshot, WorkerId worker, std::uint64_t now) {
  const std::size_t count = snapshot.watched.size();
  if (count == 0) return;
  std::size_t due = count;
  if (now - last_ < period) {
    due = (now - last_) * count / period;
    last_ += due * period / count;
  } else {
    last_ = now;
  }
  for (; due > 0; --due) {
    if (cursor_ >= count) cursor_ = 0;
    refresh(snapshot.destination_details[snapshot.watched[cursor_++].value()], worker);
  }
}

}  // namespace drover::datapath
