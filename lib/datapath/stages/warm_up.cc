// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/stages/warm_up.h"

#include <algorithm>
#include <array>
#include <span>

#include "lib/balance/maglev_table.h"

namespace drover::datapath::stages {
namespace {

constexpr std::size_t most_passed_over = 16;

// Those passed over are at their threshold, as far as the scheduler sees.
class LoadsWithout final : public balance::Loads {
 public:
  explicit LoadsWithout(const balance::Loads& loads) : loads_(loads) {}

  void pass_over(DestinationId id) { passed_over_[count_++] = id; }
  bool has_passed_over(DestinationId id) const {
    const auto passed_over = std::span(passed_over_).first(count_);
    return std::ranges::find(passed_over, id) != passed_over.end();
  }
  bool is_full() const { return count_ == passed_over_.size(); }
  balance::Load of(DestinationId id) const override {
    balance::Load load = loads_.of(id);
    load.overloaded |= has_passed_over(id);
    return load;
  }

 private:
  const balance::Loads& loads_;
  std::array<DestinationId, most_passed_over> passed_over_{};
  std::size_t count_ = 0;
};

bool is_warming(const WorkerState& state, DestinationId id) {
  return state.destination(id).warming;
}

std::uint8_t share_of(const ServerRequest& request, DestinationId id) {
  return request.state.snapshot->destination_details[id.value()].share;
}

// Other schedulers come back to a server the sooner, the more often it was passed over; a hash
// offers it its part of all connections, of which it must take so many more than its share that it
// gets as many as a server of that share of its weight. A client that hashes to a server stays with
// the lot that it has drawn there until the share has grown beyond it.
bool draws_it_by_hash(const ServerRequest& request, DestinationId id) {
  std::uint64_t weights = 0;
  std::uint64_t shares = 0;  // of the weights
  for (const balance::Candidate& candidate : request.service.scheduler->settings().candidates) {
    weights += candidate.weight;
    shares += std::uint64_t{candidate.weight} * share_of(request, candidate.destination);
  }
  const std::uint64_t lot = balance::stable_hash(balance::identity_of(request.client) ^ id.value());
  constexpr unsigned bits = 16;
  return (lot >> (64 - bits)) * shares < (share_of(request, id) * weights) << bits;
}

bool draws_it(const ServerRequest& request, DestinationId id) {
  if (request.service.scheduler->is_by_hash()) return draws_it_by_hash(request, id);
  return WorkerState::next_draw(request.random) % full_share < share_of(request, id);
}

// For schedulers that would rather have nobody than another server: by hash.
std::optional<std::uint32_t> place_elsewhere(const ServerRequest& request) {
  const VirtualService& service = request.service;
  constexpr std::uint64_t most_tries = 8;
  const std::uint64_t client = balance::identity_of(request.client);
  for (std::uint64_t tried = 0; tried < most_tries; ++tried) {
    const auto placed = service.placement.look_up(balance::stable_hash(client + tried));
    if (placed && service.serves[*placed] &&
        !is_warming(request.state, service.candidates[*placed]))
      return placed;
  }
  return std::nullopt;
}

}  // namespace

std::uint32_t pass_over_warming(const ServerRequest& request, std::uint32_t picked) {
  const VirtualService& service = request.service;
  const ServerLoads all = request.state.loads();
  LoadsWithout loads(all);
  for (std::uint32_t candidate = picked; !loads.is_full();) {
    const DestinationId id = service.candidates[candidate];
    if (!is_warming(request.state, id) || draws_it(request, id)) return candidate;
    loads.pass_over(id);
    const auto next = ask_scheduler(request, loads);
    // lblc stays with its choice, whatever its threshold says.
    if (!next || loads.has_passed_over(service.candidates[*next]))
      return place_elsewhere(request).value_or(picked);
    candidate = *next;
  }
  return picked;
}

}  // namespace drover::datapath::stages
