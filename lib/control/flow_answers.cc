// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/flow_answers.h"

#include <algorithm>

#include "lib/net/wire.h"

namespace drover::control {
namespace {

using datapath::FlowAnswer;
using datapath::FlowDecision;
using datapath::FlowReason;

std::string word(FlowReason reason) {
  switch (reason) {
    case FlowReason::entry:
      return "entry";
    case FlowReason::client_template:
      return "template";
    case FlowReason::scheduler:
      return "scheduler";
    case FlowReason::hash:
      return "hash";
    case FlowReason::reset:
      return "reset";
    case FlowReason::dropped:
      return "dropped";
    case FlowReason::denied:
      return "denied";
    case FlowReason::limited:
      return "limited";
    case FlowReason::no_server:
      return "no_server";
    case FlowReason::no_service:
      return "no_service";
    case FlowReason::no_vip:
      return "no_vip";
    case FlowReason::none:
      break;
  }
  return "unknown";
}

std::optional<api::Endpoint> server_of(const FlowDecision& decision, std::uint16_t port,
                                       const SnapshotBuilder& services) {
  if (!decision.has_server) return std::nullopt;
  return api::Endpoint{services.server(decision.server), port};
}

// An entry, wherever it is; else one that decides.
std::size_t telling(const std::vector<FlowAnswer>& answers) {
  const auto first = [&](auto&& holds) {
    return static_cast<std::size_t>(std::ranges::find_if(answers, holds) - answers.begin());
  };
  const auto entry =
      first([](const FlowAnswer& each) { return each.state != flow::TcpState::empty; });
  if (entry < answers.size()) return entry;
  return std::min(
      first([](const FlowAnswer& each) { return each.decision.reason != FlowReason::none; }),
      answers.size() - 1);
}

std::string service_name(const datapath::FlowQuestion& question, const SnapshotBuilder& services) {
  const auto protocol =
      question.protocol == ip_protocol::tcp ? config::Protocol::tcp : config::Protocol::udp;
  for (const std::uint16_t port : {question.virtual_port, std::uint16_t{0}})
    for (const ServiceView& view : services.services())
      if (view.key.address == question.vip && view.key.protocol == protocol &&
          view.key.port == port)
        return view.name;
  return {};
}

}  // namespace

api::Lookup combine(const datapath::FlowQuestion& question, const std::vector<FlowAnswer>& answers,
                    const SnapshotBuilder& services) {
  const std::size_t worker = telling(answers);
  const FlowAnswer& answer = answers[worker];
  const std::uint16_t port = question.virtual_port;
  api::Lookup lookup{.protocol = question.protocol == ip_protocol::tcp ? "TCP" : "UDP",
                     .client = {question.client, question.client_port},
                     .virtual_service = {question.vip, port},
                     .service = service_name(question, services),
                     .why = word(answer.decision.reason),
                     .server = server_of(answer.decision, port, services)};
  if (answer.state != flow::TcpState::empty) {
    lookup.worker = static_cast<std::uint32_t>(worker);
    lookup.state = std::string(flow::name(answer.state));
    lookup.expires_seconds = answer.seconds_left;
  }
  if (answer.mid_stream.reason != FlowReason::none)
    lookup.mid_stream = {word(answer.mid_stream.reason),
                         server_of(answer.mid_stream, port, services)};
  if (answer.decision.reason == FlowReason::scheduler)
    for (const FlowAnswer& each : answers)
      if (const auto pick = server_of(each.decision, port, services)) lookup.picks.push_back(*pick);
  return lookup;
}

}  // namespace drover::control
