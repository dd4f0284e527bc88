// SPDX-License-Identifier: BSD-3-Clause
// Readers of what stands behind the key that names a check's kind.
#pragma once

#include <optional>

#include "lib/config/check.h"
#include "lib/config/context.h"
#include "lib/config/document.h"

namespace drover::config {

std::optional<HttpCheck> read_http_check(Context& context, const YamlNode& node);
std::optional<HttpCheck> read_https_check(Context& context, const YamlNode& node);
std::optional<TcpCheck> read_tcp_check(Context& context, const YamlNode& node);
std::optional<ExpectCheck> read_expect_check(Context& context, const YamlNode& node);
// A program's absolute path, then its arguments.
std::optional<std::vector<std::string>> read_command(Context& context, const YamlNode& node);
// The user that a program runs as: never root.
std::optional<std::string> read_unprivileged_user(Context& context, const YamlNode& node);
std::optional<ScriptCheck> read_script_check(Context& context, const YamlNode& node);
std::optional<AgentCheck> read_agent_check(Context& context, const YamlNode& node);
std::optional<PingCheck> read_ping_check(Context& context, const YamlNode& node);

}  // namespace drover::config
