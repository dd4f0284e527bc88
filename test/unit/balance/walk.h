// SPDX-License-Identifier: BSD-3-Clause
// Servers as a string and what a scheduler makes of them: "a10bc0" is server a of weight 10, b of
// weight 1, c of weight 0. A letter is the server's id and, for its address, the last byte.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "lib/balance/scheduler.h"
#include "test/unit/catch.h"

namespace drover::balance {

class Walk : public Loads {
 public:
  Walk(std::string_view scheduler, std::string_view servers, SchedulerFlags flags = {},
       std::uint32_t worker = 0)
      : name_(scheduler), flags_(flags) {
    change(servers);
    state_ = scheduler_->make_state(worker);
  }
  virtual ~Walk() = default;

  void change(std::string_view servers) {
    SchedulerSettings settings{
        .candidates = {}, .flags = flags_, .port = 80, .generation = ++generation_};
    letters_.clear();
    for (const char each : servers) {
      if (each >= 'a') {
        letters_ += each;
        settings.candidates.push_back({id(each), address(each), 1, 1});
        weighed_ = false;
        continue;
      }
      std::uint32_t& weight = settings.candidates.back().weight;
      weight = (weighed_ ? weight * 10 : 0) + static_cast<std::uint32_t>(each - '0');
      weighed_ = true;
    }
    for (Candidate& candidate : settings.candidates) {
      std::uint32_t& last = last_weights_[candidate.destination];
      if (candidate.weight > 0) last = candidate.weight;
      candidate.last_weight = last;
    }
    settings.before = scheduler_.get();
    scheduler_ = make_scheduler(name_, std::move(settings));
    REQUIRE(scheduler_ != nullptr);
  }

  // The letter of the server that this one gets; '-' for none.
  char pick(IpAddress client = Ipv4Address(0x0a000101), std::uint16_t port = 2'000) {
    const auto index = scheduler_->pick(*state_, {.client = client,
                                                  .vip = vip,
                                                  .client_port = port,
                                                  .virtual_port = 80,
                                                  .is_tcp = is_tcp,
                                                  .random = random,
                                                  .now = now,
                                                  .loads = *this});
    return index ? letters_.at(*index) : '-';
  }
  std::string picks(int times) {
    std::string picked;
    for (; times > 0; --times) picked += pick();
    return picked;
  }
  // As picks(), each an active connection from then on.
  std::string fill(int times) {
    std::string picked;
    for (; times > 0; --times) {
      picked += pick();
      if (picked.back() != '-') ++load(picked.back()).active;
    }
    return picked;
  }

  Load& load(char letter) { return loads_[id(letter)]; }
  Load of(DestinationId destination) const override {
    const auto found = loads_.find(destination);
    return found == loads_.end() ? Load() : found->second;
  }
  const Scheduler& scheduler() const { return *scheduler_; }

  IpAddress vip = Ipv4Address(0x0a000064);  // 10.0.0.100
  std::uint64_t now = 0;
  std::uint64_t random = 0;
  bool is_tcp = true;

 private:
  static DestinationId id(char letter) { return DestinationId(static_cast<std::uint32_t>(letter)); }
  static IpAddress address(char letter) {
    return Ipv4Address(0x0a000065U + static_cast<std::uint32_t>(letter - 'a'));  // a: 10.0.0.101
  }

  std::string name_;
  SchedulerFlags flags_;
  bool weighed_ = false;
  std::uint32_t generation_ = 0;
  std::string letters_;
  std::map<DestinationId, std::uint32_t> last_weights_;
  std::map<DestinationId, Load> loads_;
  std::unique_ptr<const Scheduler> scheduler_;
  std::unique_ptr<SchedulerState> state_;
};

}  // namespace drover::balance
