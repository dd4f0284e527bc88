// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/lookup_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace drover::client {
namespace {

std::string text_of(const api::Endpoint& endpoint) {
  return to_string(endpoint.address, endpoint.port);
}

std::string reason(const api::Lookup& lookup) {
  const std::string& why = lookup.why;
  if (why == "entry")
    return fmt::format("it has a connection: worker {}, {}, expires in {} s",
                       lookup.worker.value_or(0), lookup.state, lookup.expires_seconds);
  if (why == "template") return "its client has had connections to it (persistence)";
  if (why == "scheduler") return "the scheduler's choice, if it came now";
  if (why == "hash") return "placed by hash and adopted";
  if (why == "dropped") return "its server has been removed (on_removed: drop)";
  if (why == "denied") return "the service's lists deny the client";
  if (why == "limited")
    return "its client has opened as many connections as the service's limit allows";
  if (why == "no_server") return "no server of the service may have it";
  if (why == "no_service") return "no service has this protocol and port; it is refused";
  if (why == "no_vip") return "no service has this address";
  return why;
}

std::string mid_stream(const api::MidStream& answer) {
  if (answer.server)
    return fmt::format("{} ({})", text_of(*answer.server),
                       answer.why == "hash" ? "placed by hash and adopted" : answer.why);
  return answer.why == "reset" ? "none (it is reset)" : "none (it is dropped)";
}

}  // namespace

std::string lookup_text(const api::Lookup& lookup) {
  std::string text = fmt::format("{} {} -> {}{}\n", lookup.protocol, text_of(lookup.client),
                                 text_of(lookup.virtual_service),
                                 lookup.service.empty() ? "" : " (" + lookup.service + ")");
  text += fmt::format("  server      {}\n", lookup.server ? text_of(*lookup.server) : "none");
  text += fmt::format("  why         {}\n", reason(lookup));
  const bool differ = std::ranges::any_of(
      lookup.picks, [&](const api::Endpoint& pick) { return pick != lookup.picks.front(); });
  if (differ)
    for (std::size_t i = 0; i < lookup.picks.size(); ++i)
      text += fmt::format("  worker {:<4} {}\n", i, text_of(lookup.picks[i]));
  if (lookup.mid_stream) text += fmt::format("  mid-stream  {}\n", mid_stream(*lookup.mid_stream));
  return text;
}

}  // namespace drover::client
