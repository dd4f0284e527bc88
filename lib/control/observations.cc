// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/observations.h"

#include <algorithm>
#include <utility>

namespace drover::control {
namespace {

using datapath::FrameRecord;
using datapath::TraceRecord;

constexpr unsigned most_at_once = 128;  // records of a worker; then it is others' turn

std::span<const std::uint8_t> bytes_of(const FrameRecord& record) {
  const bool is_trace = record.kind == FrameRecord::Kind::traced;
  const std::size_t header = is_trace ? sizeof(TraceRecord) : sizeof(FrameRecord);
  return {reinterpret_cast<const std::uint8_t*>(&record) + header, record.captured};
}

}  // namespace

Result<std::uint32_t> Observations::begin(const Wanted& wanted,
                                          const std::shared_ptr<ObservationReader>& reader) {
  // Not the slot that was given up last: a worker may still count for who had it.
  std::size_t slot = last_slot_;
  do {
    slot = (slot + 1) % observations_.size();
  } while (observations_[slot].number != 0 && slot != last_slot_);
  if (observations_[slot].number != 0) {
    std::string holders;
    for (const Observation& each : observations_)
      holders += (holders.empty() ? "" : ", ") + each.wanted.who;
    return failure("", "as many traces and captures go on as there may be: " + holders,
                   "wait for the end of one, or end it");
  }
  Observation& observation = observations_[slot];
  observation = {
      .number = ++last_number_, .wanted = wanted, .reader = reader, .told = {}, .has_taken = false};
  for (const PlantWorker& worker : plant_.workers)
    observation.told.push_back(worker.crossing->unobserved[slot].value());
  last_slot_ = slot;
  order(last_number_, order_of(wanted, slot));
  return last_number_;
}

datapath::ObservationOrder Observations::order_of(const Wanted& wanted, std::size_t slot) {
  return {.filter = wanted.filter,
          .count = wanted.count,
          .most_bytes = wanted.most_bytes,
          .slot = static_cast<std::uint8_t>(slot),
          .kind = wanted.kind};
}

void Observations::renew(std::uint32_t number, std::uint64_t count) {
  Observation* observation = find(number);
  if (observation == nullptr) return;
  observation->wanted.count = count;
  order(number, order_of(observation->wanted,
                         static_cast<std::size_t>(observation - observations_.data())));
}

void Observations::end(std::uint32_t number) {
  Observation* observation = find(number);
  if (observation == nullptr) return;
  const auto slot = static_cast<std::uint8_t>(observation - observations_.data());
  *observation = {};
  order(number, {.filter = {}, .slot = slot});
}

// A worker whose commands find no room hangs, and then its packets do, too.
void Observations::order(std::uint32_t number, const datapath::ObservationOrder& order) const {
  for (const PlantWorker& worker : plant_.workers)
    worker.crossing->commands.push(
        {.kind = datapath::WorkerCommand::Kind::observe, .request = number, .order = order});
}

Observations::Observation* Observations::find(std::uint32_t number) {
  const auto found = std::ranges::find(observations_, number, &Observation::number);
  return found == observations_.end() ? nullptr : &*found;
}

std::uint64_t Observations::unseen(std::uint32_t number) const {
  const auto found = std::ranges::find(observations_, number, &Observation::number);
  if (found == observations_.end()) return 0;
  const auto slot = static_cast<std::size_t>(found - observations_.begin());
  std::uint64_t sum = 0;
  for (std::size_t worker = 0; worker < found->told.size(); ++worker)
    sum += plant_.workers[worker].crossing->unobserved[slot].value() - found->told[worker];
  return sum;
}

bool Observations::records_arrived() {
  bool more = false;
  for (std::uint32_t worker = 0; worker < plant_.workers.size(); ++worker)
    more |= take_from(worker);
  for (Observation& each : observations_)
    if (std::exchange(each.has_taken, false)) {
      const auto reader = each.reader;  // which may end it
      reader->taken();
    }
  return more;
}

bool Observations::take_from(std::uint32_t worker) {
  datapath::Crossing& crossing = *plant_.workers[worker].crossing;
  for (unsigned count = 0; count < most_at_once; ++count) {
    const auto front = crossing.observed.front();
    if (front.empty()) return false;
    const auto& record = *reinterpret_cast<const FrameRecord*>(front.data());
    if (Observation* observation = find(record.request)) {
      const auto slot = static_cast<std::size_t>(observation - observations_.data());
      const std::uint64_t unseen = crossing.unobserved[slot].value();
      observation->has_taken = true;
      observation->reader->take(record, bytes_of(record), worker,
                                unseen - std::exchange(observation->told[worker], unseen));
    }
    crossing.observed.pop();
  }
  return true;
}

}  // namespace drover::control
