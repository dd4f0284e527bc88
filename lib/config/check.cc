// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/check.h"

namespace drover::config {
namespace {

struct Name {
  std::string_view operator()(const TcpCheck&) const { return "tcp"; }
  std::string_view operator()(const HttpCheck& http) const { return http.tls ? "https" : "http"; }
  std::string_view operator()(const ExpectCheck&) const { return "expect"; }
  std::string_view operator()(const ScriptCheck&) const { return "script"; }
  std::string_view operator()(const AgentCheck&) const { return "agent"; }
  std::string_view operator()(const PingCheck&) const { return "ping"; }
};

}  // namespace

std::string_view name_of(const CheckKind& kind) {
  return std::visit(Name{}, kind);
}

bool runs_program(const CheckKind& kind) {
  const auto* agent = std::get_if<AgentCheck>(&kind);
  return std::holds_alternative<ScriptCheck>(kind) || (agent != nullptr && !agent->command.empty());
}

}  // namespace drover::config
