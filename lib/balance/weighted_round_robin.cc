// SPDX-License-Identifier: BSD-3-Clause
// IPVS's wrr. A pass over the list takes every server whose weight reaches a bar, which starts at
// the highest weight and sinks by the weights' common divisor from pass to pass. Where the bar
// stands at the start and after a change is IPVS's, too, which adds servers one by one.
#include <algorithm>
#include <numeric>

#include "lib/balance/scheduler_registry.h"

namespace drover::balance {
namespace {

constexpr std::uint32_t head = UINT32_MAX;  // in front of the first server

// How the bar moves over one list of servers.
struct Range {
  std::uint32_t generation = 0;
  std::uint32_t step = 0;     // 0: there are no weights yet
  std::uint32_t highest = 0;  // 0: no server has a weight

  void add(std::uint32_t weight) {
    const std::uint32_t most = std::max(highest == 0 ? 0 : highest + step - 1, weight);
    step = std::gcd(step, weight);
    highest = most == 0 ? 0 : most - (step - 1);
  }
  // Where a bar stands once the servers have become these.
  std::uint32_t adapt(std::uint32_t bar) const {
    if (bar > highest || bar == 0) return highest;
    return step > 1 ? bar / step * step + 1 : bar;
  }
};

struct Mark : SchedulerState {
  explicit Mark(std::uint32_t number) : worker(number) {}
  std::uint32_t worker;
  std::uint32_t position = head;  // of the last pick
  std::uint32_t bar = 0;
  std::uint32_t generation = 0;  // of the candidates; 0: no pick yet
};

class WeightedRoundRobin : public SchedulerWithState<Mark> {
 public:
  WeightedRoundRobin(SchedulerSettings settings, const WeightedRoundRobin* before)
      : SchedulerWithState(std::move(settings)) {
    Range range;
    std::uint32_t bar = 0;
    for (std::size_t i = candidates().size(); i > 0; --i) {
      range.add(candidates()[i - 1].weight);
      bar = range.adapt(bar);
    }
    range.generation = this->settings().generation;
    first_bar_ = before != nullptr ? before->first_bar_ : bar;
    if (before != nullptr) ranges_ = before->ranges_;
    if (ranges_.size() == most_ranges) ranges_.erase(ranges_.begin());
    ranges_.push_back(range);
  }

 private:
  static constexpr std::size_t most_ranges = 64;

  std::optional<std::uint32_t> pick_next(Mark& mark,
                                         const NewConnection& connection) const override {
    if (mark.generation != settings().generation) catch_up(mark);
    return advance(mark, [&](std::uint32_t index) {
      return candidates()[index].weight >= mark.bar && !load(index, connection).overloaded;
    });
  }

  // Does what each change of the servers since the last pick asks for.
  void catch_up(Mark& mark) const {
    if (mark.generation == 0) {
      mark.bar = first_bar_;
      mark.generation = ranges_.front().generation;
    }
    for (const Range& range : ranges_)
      if (range.generation > mark.generation) mark.bar = range.adapt(mark.bar);
    mark.generation = settings().generation;
    mark.position = head;
    const auto reaches = [&](std::uint32_t i) { return candidates()[i].weight >= mark.bar; };
    for (std::uint32_t ahead = 0; ahead < mark.worker; ++ahead) advance(mark, reaches);
  }

  // On to the next server that will do. None once all have been asked with the bar at its lowest.
  template <class WillDo>
  std::optional<std::uint32_t> advance(Mark& mark, WillDo&& will_do) const {
    const Range& range = ranges_.back();
    if (range.highest == 0) return std::nullopt;
    const std::uint32_t start = mark.position;
    std::uint32_t last_to_ask = head;
    bool restarted = false;
    bool lowest = false;
    while (true) {
      for (std::uint32_t i = mark.position == head ? 0 : mark.position + 1; i < count(); ++i) {
        mark.position = i;
        if (will_do(i)) return i;
        if (i == last_to_ask) return std::nullopt;
      }
      mark.position = head;
      if (mark.bar <= range.step) {
        mark.bar = range.highest;
        if (lowest || start == head) return std::nullopt;
        restarted = true;
      } else {
        mark.bar -= range.step;
      }
      lowest = mark.bar <= range.step;
      if (lowest && restarted) last_to_ask = start;
    }
  }

  std::vector<Range> ranges_;  // of this list of servers, and before it of those that it followed
  std::uint32_t first_bar_ = 0;
};

}  // namespace

std::unique_ptr<const Scheduler> make_weighted_round_robin(SchedulerSettings settings) {
  const auto* before = dynamic_cast<const WeightedRoundRobin*>(settings.before);
  return std::make_unique<WeightedRoundRobin>(std::move(settings), before);
}

}  // namespace drover::balance
