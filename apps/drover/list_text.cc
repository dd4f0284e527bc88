// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/list_text.h"

#include <fmt/format.h>

#include "apps/drover/colour.h"
#include "apps/drover/ipvsadm_text.h"
#include "apps/drover/numbers.h"

namespace drover::client {
namespace {

using Columns = IpvsadmFormat::Columns;

std::string first_line(const api::Services& services) {
  return fmt::format("IP Virtual Server version {} (size={})\n", services.version,
                     services.capacity);
}

// "down for 12 s: connect: refused".
std::string health(const api::Server& server) {
  if (server.reason.empty()) return server.state;
  return fmt::format("{} for {}: {}", server.state, duration(server.state_seconds), server.reason);
}

std::string marks(const api::Server& server, bool colours) {
  std::string text;
  if (server.state != "up")
    text += fmt::format(" {}", coloured(health(server), colour_of_state(server.state), colours));
  if (server.admin_state != "enabled")
    text += fmt::format(" {}", coloured(server.admin_state, Colour::warning, colours));
  if (server.changed) text += " changed";
  return text;
}

}  // namespace

std::string list_text(const api::Services& services, bool colours) {
  IpvsadmFormat format;
  format.mark = [colours](const api::Service&, const api::Server& server) {
    return marks(server, colours);
  };
  return first_line(services) + ipvsadm_table(services, format);
}

std::string stats_text(const api::Services& services) {
  IpvsadmFormat format;
  format.columns = Columns::stats;
  return first_line(services) + ipvsadm_table(services, format);
}

std::string rate_text(const api::Services& services, const Rates& rates) {
  IpvsadmFormat format;
  format.columns = Columns::rate;
  return first_line(services) + ipvsadm_table(services, format, rates);
}

}  // namespace drover::client
