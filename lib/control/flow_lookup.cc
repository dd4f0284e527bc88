// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/flow_lookup.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "lib/control/api_model.h"
#include "lib/control/flow_answers.h"
#include "lib/net/wire.h"

namespace drover::control {

void FlowLookup::serve(const ApiRequest& request, ApiReply reply) {
  const auto value = [&](std::string_view name) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? std::string() : found->second;
  };
  const std::string protocol = value("protocol");
  const auto client = api::parse_endpoint(value("client"));
  const auto target = api::parse_endpoint(value("virtual"));
  if ((protocol != "tcp" && protocol != "udp") || !client || !target ||
      client->address.is_v4() != target->address.is_v4()) {
    reply.error(400, {request.path, "protocol, client or virtual is missing or malformed",
                      "ask for ?protocol=tcp&client=ADDRESS:PORT&virtual=ADDRESS:PORT"});
    return;
  }
  const datapath::FlowQuestion question{
      .client = client->address,
      .vip = target->address,
      .client_port = client->port,
      .virtual_port = target->port,
      .protocol = protocol == "tcp" ? ip_protocol::tcp : ip_protocol::udp,
      .request = ++request_};
  for (const PlantWorker& worker : plant_.workers)
    if (!worker.crossing->questions.push(question)) {
      reply.error(503, {request.path, "too many look-ups are under way", "ask again"});
      return;
    }
  pending_.push_back({question, std::move(reply), {}});
  pending_.back().answers.resize(plant_.workers.size());
}

void FlowLookup::answers_arrived() {
  for (std::size_t i = 0; i < plant_.workers.size(); ++i) {
    std::array<datapath::FlowAnswer, 16> answers;
    const unsigned count = plant_.workers[i].crossing->answers.pop_some(answers);
    for (unsigned j = 0; j < count; ++j)
      for (Pending& pending : pending_)
        if (pending.question.request == answers[j].request) pending.answers[i] = answers[j];
  }
  // Every worker answers in order.
  while (!pending_.empty() && std::ranges::all_of(pending_.front().answers,
                                                  [](const auto& a) { return a.has_value(); })) {
    finish(pending_.front());
    pending_.pop_front();
  }
}

void FlowLookup::finish(Pending& pending) {
  std::vector<datapath::FlowAnswer> answers;
  for (const auto& answer : pending.answers) answers.push_back(*answer);
  pending.reply.json(api::encode(combine(pending.question, answers, services_)));
}

}  // namespace drover::control
