// SPDX-License-Identifier: BSD-3-Clause
// What the commands that change the running configuration share.
#pragma once

#include <string>
#include <string_view>

#include "apps/drover/command.h"
#include "lib/control/api_model.h"

namespace drover::client {

// A line for each difference, then what needs a restart and what was dropped. Pure.
std::string differences_text(const api::Differences& differences);

// "/v1/services/web", "/v1/services/web/servers/nginx1". Pure.
std::string service_target(std::string_view service);
std::string server_target(std::string_view service, std::string_view server);

// What a change has answered: shows what it changed, warns on stderr.
ExitStatus show_change(const std::string& answer);

// Asks for the change and shows it.
ExitStatus change(const Context& context, const std::string& method, const std::string& target,
                  const std::string& body = {});

}  // namespace drover::client
