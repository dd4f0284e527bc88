// SPDX-License-Identifier: BSD-3-Clause
// IPVS's rr: the next server in the list, whatever its weight, as long as that is not 0.
#include <algorithm>

#include "lib/balance/scheduler_registry.h"

namespace drover::balance {
namespace {

// The servers between one change of them and the next.
struct ServerList {
  std::uint32_t generation = 0;
  std::vector<DestinationId> servers;
};

struct Pointer : SchedulerState {
  explicit Pointer(std::uint32_t worker) : start(worker) {}
  std::uint32_t start;                // of the first pick
  std::optional<DestinationId> last;  // of the last pick; none: in front of the first server
  std::uint32_t next = 0;             // position to try first
  std::uint32_t generation = 0;       // of the list that this is about; 0: no pick yet
};

// A server that goes leaves the pointer on the one in front of it, so that its successor is next.
std::optional<DestinationId> last_in(const std::vector<DestinationId>& after,
                                     const std::vector<DestinationId>& before,
                                     std::optional<DestinationId> last) {
  if (!last) return last;
  const auto contains = [](const std::vector<DestinationId>& list, DestinationId id) {
    return std::ranges::find(list, id) != list.end();
  };
  if (contains(after, *last)) return last;
  for (auto at = std::ranges::find(before, *last); at != before.begin();)
    if (--at; contains(after, *at)) return *at;
  return std::nullopt;
}

class RoundRobin : public SchedulerWithState<Pointer> {
 public:
  RoundRobin(SchedulerSettings settings, const RoundRobin* before)
      : SchedulerWithState(std::move(settings)) {
    auto list = std::make_shared<ServerList>();
    list->generation = this->settings().generation;
    for (const Candidate& candidate : candidates()) list->servers.push_back(candidate.destination);
    if (before != nullptr) lists_ = before->lists_;
    if (lists_.size() == most_lists) lists_.erase(lists_.begin());
    lists_.push_back(std::move(list));
  }

 private:
  static constexpr std::size_t most_lists = 64;

  std::optional<std::uint32_t> pick_next(Pointer& pointer,
                                         const NewConnection& connection) const override {
    if (count() == 0) return std::nullopt;
    if (pointer.generation != settings().generation) catch_up(pointer);
    std::uint32_t position = pointer.next;
    for (std::uint32_t tried = 0; tried < count(); ++tried) {
      const std::uint32_t behind = position + 1 == count() ? 0 : position + 1;
      if (usable(position, connection)) {
        pointer.last = candidates()[position].destination;
        pointer.next = behind;
        return position;
      }
      position = behind;
    }
    return std::nullopt;
  }

  // Follows each change of the servers since the last pick.
  void catch_up(Pointer& pointer) const {
    if (pointer.generation == 0) {
      pointer.next = pointer.start % count();
    } else {
      const ServerList* list = nullptr;
      for (const auto& next : lists_) {
        if (list != nullptr) pointer.last = last_in(next->servers, list->servers, pointer.last);
        if (list != nullptr || next->generation >= pointer.generation) list = next.get();
      }
      const auto last =
          pointer.last ? std::ranges::find(candidates(), *pointer.last, &Candidate::destination)
                       : candidates().end();
      pointer.next = last == candidates().end()
                         ? 0
                         : static_cast<std::uint32_t>(last - candidates().begin() + 1) % count();
    }
    pointer.generation = settings().generation;
  }

  // This one and, before it, those that it followed.
  std::vector<std::shared_ptr<const ServerList>> lists_;
};

}  // namespace

std::unique_ptr<const Scheduler> make_round_robin(SchedulerSettings settings) {
  const auto* before = dynamic_cast<const RoundRobin*>(settings.before);
  return std::make_unique<RoundRobin>(std::move(settings), before);
}

}  // namespace drover::balance
