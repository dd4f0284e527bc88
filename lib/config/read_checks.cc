// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <array>

#include "lib/config/nearest.h"
#include "lib/config/read_check_kinds.h"
#include "lib/config/sections.h"
#include "lib/config/table.h"
#include "lib/config/values.h"

namespace drover::config {
namespace {

constexpr std::array<std::string_view, 7> kinds = {"http",   "https", "tcp", "expect",
                                                   "script", "agent", "ping"};

// One key for each kind; a check has one of them.
struct CheckInFile : Check {
  std::optional<Via> way;
  std::optional<HttpCheck> http;
  std::optional<HttpCheck> https;
  std::optional<TcpCheck> tcp;
  std::optional<ExpectCheck> expect;
  std::optional<ScriptCheck> script;
  std::optional<AgentCheck> agent;
  std::optional<PingCheck> ping;
};

template <class T>
void take(std::optional<T>& kind, Check& check) {
  if (kind) check.kind = std::move(*kind);
}

std::vector<std::string_view> kinds_given(const YamlNode& node) {
  std::vector<std::string_view> given;
  for (const Entry& entry : node.content->entries)
    if (std::find(kinds.begin(), kinds.end(), entry.key) != kinds.end()) given.push_back(entry.key);
  return given;
}

// What a kind of check has no use for.
void check_fit(Context& context, const YamlNode& node, const Check& check) {
  const bool program = runs_program(check.kind);
  const bool has_port = !program && !std::holds_alternative<PingCheck>(check.kind);
  for (const Entry& entry : node.content->entries) {
    if (entry.key == "port" && !has_port)
      context.error(entry.position, "this check connects to no port");
    if (entry.key == "via" && program)
      context.error(entry.position, "a program finds its own way to the server");
  }
  const auto* agent = std::get_if<AgentCheck>(&check.kind);
  if (agent != nullptr && !program && !check.port)
    context.error(node.position, "an agent check needs the key \"port\" or a command");
}

// An agent is no service of the VIP's: it speaks for the whole server.
Via default_via(const CheckKind& kind) {
  return std::holds_alternative<AgentCheck>(kind) ? Via::real : Via::vip;
}

std::optional<Check> read_check(Context& context, const YamlNode& node) {
  static const auto via = one_of<Via>({{"real", Via::real}, {"vip", Via::vip}});
  static const Table<CheckInFile> table =
      Table<CheckInFile>("a check")
          .optional("http", &CheckInFile::http, read_http_check)
          .optional("https", &CheckInFile::https, read_https_check)
          .optional("tcp", &CheckInFile::tcp, read_tcp_check)
          .optional("expect", &CheckInFile::expect, read_expect_check)
          .optional("script", &CheckInFile::script, read_script_check)
          .optional("agent", &CheckInFile::agent, read_agent_check)
          .optional("ping", &CheckInFile::ping, read_ping_check)
          .optional("port", &Check::port, number<std::uint16_t>(1, 65'535))
          .optional("via", &CheckInFile::way, via)
          .optional("interval", &Check::interval, duration(Milliseconds(100)))
          .optional("fast_interval", &Check::fast_interval, duration(Milliseconds(100)))
          .optional("timeout", &Check::timeout, duration(Milliseconds(10), Milliseconds(3'600'000)))
          .optional("rise", &Check::rise, number<std::uint16_t>(1, 1'000))
          .optional("fall", &Check::fall, number<std::uint16_t>(1, 1'000));
  auto read = table(context, node);
  if (!read) return std::nullopt;
  const auto given = kinds_given(node);
  if (given.size() != 1) {
    context.error(
        node.position,
        given.empty()
            ? "a check needs a key that says what it does"
            : fmt::format("a check does one thing, this one {}", fmt::join(given, " and ")),
        given.empty() ? fmt::format("one of {}", fmt::join(kinds, ", ")) : "make a check of each");
    return std::nullopt;
  }
  take(read->http, *read);
  take(read->https, *read);
  take(read->tcp, *read);
  take(read->expect, *read);
  take(read->script, *read);
  take(read->agent, *read);
  take(read->ping, *read);
  read->via = read->way.value_or(default_via(read->kind));
  check_fit(context, node, *read);
  return std::move(static_cast<Check&>(*read));
}

}  // namespace

std::optional<std::vector<Check>> read_checks(Context& context, const YamlNode& node) {
  return list_of("checks", read_check)(context, node);
}

}  // namespace drover::config
