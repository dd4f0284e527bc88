// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/flow_lookup.h"

#include <optional>
#include <type_traits>

#include "lib/datapath/stages/admit.h"
#include "lib/datapath/stages/ask_scheduler.h"
#include "lib/datapath/stages/schedule.h"

namespace drover::datapath {
namespace {

template <class Family>
class Lookup {
 public:
  Lookup(const FlowQuestion& question, WorkerState& state, const Vip& vip)
      : question_(question),
        state_(state),
        is_tcp_(question.protocol == ip_protocol::tcp),
        key_{.client = address_of(question.client),
             .client_port = question.client_port,
             .virtual_port = question.virtual_port,
             .vip = is_tcp_ ? vip.tcp : vip.udp} {}

  FlowAnswer answer() {
    FlowAnswer answer{.request = question_.request};
    if (find_entry(answer)) return answer;
    service_ = state_.snapshot->find_service(key_.vip, key_.virtual_port);
    if (service_ == nullptr) {
      answer.decision.reason = FlowReason::no_service;
    } else if (!stages::may_stay(key_, *state_.snapshot)) {
      answer.decision.reason = FlowReason::denied;
    } else {
      answer.decision = decide(false);
      if (answer.decision.reason != FlowReason::none && is_limited())
        answer.decision = {.reason = FlowReason::limited};
      if (is_tcp_ && answer.decision.reason != FlowReason::none) answer.mid_stream = mid_stream();
    }
    return answer;
  }

 private:
  static typename Family::Address address_of(const IpAddress& address) {
    if constexpr (std::is_same_v<Family, V4>)
      return address.v4();
    else
      return address.v6();
  }

  // One whose server has been removed may be no more.
  bool find_entry(FlowAnswer& answer) {
    const auto* entry = table().peek(key_, table().hash(key_), state_.tick());
    if (entry == nullptr) return false;
    const Bond bond = state_.destination(entry->destination()).bond;
    if (bond == Bond::releases) return false;
    answer.decision = bond == Bond::drops
                          ? FlowDecision{.reason = FlowReason::dropped}
                          : FlowDecision{FlowReason::entry, true, entry->destination()};
    answer.state = entry->state();
    answer.seconds_left = flow::remaining(entry->expires(), state_.tick()).count() / 4;
    return true;
  }

  // This worker's share of what the service lets its client's network open.
  bool is_limited() const {
    const Admission* admission = service_->admission.get();
    return admission != nullptr && admission->limit &&
           !state_.source_limits.allows(*admission->limit, key_.client, state_.now);
  }

  typename Family::Table& table() const { return state_.template table<Family>(); }

  FlowDecision decide(bool adopted) {
    if (stages::is_ftp_data(key_.client_port)) return {.reason = FlowReason::no_server};
    if (service_->persistence) {
      const Persistence& persistence = *service_->persistence;
      const flow::TemplateKey key = persistence.key_of(key_.client);
      if (state_.templates.owner_of(key) != state_.id) return {};
      const auto candidate = state_.templates.peek(key, persistence, state_.tick());
      if (candidate && service_->serves[*candidate])
        return to(FlowReason::client_template, candidate);
    }
    return adopted ? to(FlowReason::hash, placed()) : to(FlowReason::scheduler, picked(true));
  }

  FlowDecision mid_stream() {
    if (stages::is_ftp_data(key_.client_port)) return {.reason = FlowReason::no_server};
    switch (state_.snapshot->unknown) {
      case UnknownPolicy::adopt:
        return decide(true);
      case UnknownPolicy::schedule:
        return decide(false);
      case UnknownPolicy::reset:
        return {.reason = FlowReason::reset};
      case UnknownPolicy::drop:
        break;
    }
    return {.reason = FlowReason::dropped};
  }

  FlowDecision to(FlowReason reason, std::optional<std::uint32_t> candidate) const {
    if (!candidate) return {.reason = FlowReason::no_server};
    return {reason, true, service_->candidates[*candidate]};
  }

  std::optional<std::uint32_t> placed() const {
    if (service_->scheduler->is_by_hash())
      return service_->undecided ? std::nullopt : picked(false);
    return stages::placement_of(key_.client, key_.client_port, key_.virtual_port, *service_);
  }

  std::optional<std::uint32_t> picked(bool is_new) const {
    const auto memory = service_->scheduler->copy(*(*service_->memory)[state_.id.value()]);
    std::uint64_t random = state_.random;
    const stages::ServerRequest request{.state = state_,
                                        .service = *service_,
                                        .client = question_.client,
                                        .vip = question_.vip,
                                        .client_port = key_.client_port,
                                        .virtual_port = key_.virtual_port,
                                        .is_tcp = is_tcp_,
                                        .memory = *memory,
                                        .random = random};
    return is_new ? stages::pick(request) : stages::ask_scheduler(request, state_.loads());
  }

  const FlowQuestion& question_;
  WorkerState& state_;
  bool is_tcp_;
  typename Family::Key key_;
  const VirtualService* service_ = nullptr;
};

}  // namespace

FlowAnswer look_up_flow(const FlowQuestion& question, WorkerState& state) {
  const bool is_v4 = question.vip.is_v4();
  const Vip* vip = is_v4 ? state.snapshot->find_vip(question.vip.v4())
                         : state.snapshot->find_vip(question.vip.v6());
  if (vip == nullptr || question.client.is_v4() != is_v4)
    return {.request = question.request, .decision = {.reason = FlowReason::no_vip}};
  return is_v4 ? Lookup<V4>(question, state, *vip).answer()
               : Lookup<V6>(question, state, *vip).answer();
}

}  // namespace drover::datapath
