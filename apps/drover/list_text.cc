// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/list_text.h"

#include <fmt/format.h>

#include "apps/drover/colour.h"
#include "apps/drover/ipvsadm_text.h"

namespace drover::client {
namespace {

using Columns = IpvsadmFormat::Columns;

std::string first_line(const api::Services& services) {
  return fmt::format("IP Virtual Server version {} (size={})\n", services.version,
                     services.capacity);
}

std::string marks(const api::Server& server, bool colours) {
  std::string text;
  if (server.state != "up")
    text += " " + coloured(server.state, colour_of_state(server.state), colours);
  if (server.admin_state != "enabled")
    text += " " + coloured(server.admin_state, Colour::warning, colours);
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
