// SPDX-License-Identifier: BSD-3-Clause
// What a check does: one reader a kind.
#include <algorithm>

#include "lib/base/regular_expression.h"
#include "lib/config/escapes.h"
#include "lib/config/read_check_kinds.h"
#include "lib/config/table.h"
#include "lib/config/values.h"

namespace drover::config {
namespace {

constexpr std::size_t longest_text = 4'096;

bool is_printable(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::optional<std::string> url_path(Context& context, const YamlNode& node) {
  const std::string* text = text_of(node);
  if (text != nullptr && text->starts_with('/') && is_printable(*text)) return *text;
  context.expected(node, "the path of a URL, from / on");
  return std::nullopt;
}

// RFC 9110, section 5.6.2.
std::optional<std::string> http_method(Context& context, const YamlNode& node) {
  const std::string* text = text_of(node);
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (text != nullptr && !text->empty() && text->size() <= 32 &&
      std::all_of(text->begin(), text->end(), is_upper) && *text != "CONNECT")
    return *text;
  context.expected(node, "an HTTP method in capitals, such as GET or HEAD");
  return std::nullopt;
}

std::optional<std::string> host(Context& context, const YamlNode& node) {
  const std::string* text = text_of(node);
  if (text != nullptr && !text->empty() && text->size() <= 253 && is_printable(*text)) return *text;
  context.expected(node, "the name of a host");
  return std::nullopt;
}

std::optional<std::string> some_text(Context& context, const YamlNode& node) {
  const std::string* text = text_of(node);
  if (text != nullptr && !text->empty() && text->size() <= longest_text) return *text;
  context.expected(node, fmt::format("a text of 1 to {} bytes", longest_text));
  return std::nullopt;
}

std::optional<std::string> escaped_text(Context& context, const YamlNode& node) {
  const auto text = some_text(context, node);
  if (!text) return std::nullopt;
  return resolve_escapes(*text);
}

std::optional<std::string> regex(Context& context, const YamlNode& node) {
  auto text = some_text(context, node);
  if (!text) return std::nullopt;
  if (const auto compiled = RegularExpression::compile(*text); !compiled) {
    context.error(node.position, fmt::format("{} is {}: {}", context.label(), in_quotes(*text),
                                             compiled.error().what));
    return std::nullopt;
  }
  return text;
}

// "200-399" or "200".
std::optional<StatusRange> status_range(Context& context, const YamlNode& node) {
  if (const std::string* text = text_of(node)) {
    const auto dash = text->find('-');
    const auto first = parse_number<std::uint16_t>(text->substr(0, dash));
    const auto last =
        dash == std::string::npos ? first : parse_number<std::uint16_t>(text->substr(dash + 1));
    if (first && last && *first >= 100 && *first <= *last && *last <= 599)
      return StatusRange{*first, *last};
  }
  context.expected(node, "an HTTP status or a range of them from 100 to 599, such as 200-399");
  return std::nullopt;
}

std::optional<std::vector<StatusRange>> status_ranges(Context& context, const YamlNode& node) {
  if (node.content->kind == Kind::list)
    return list_of("HTTP statuses", status_range)(context, node);
  const auto range = status_range(context, node);
  if (!range) return std::nullopt;
  return std::vector{*range};
}

Table<HttpCheck> http_table(std::string_view what) {
  return Table<HttpCheck>(what)
      .optional("path", &HttpCheck::path, url_path)
      .optional("status", &HttpCheck::status, status_ranges)
      .optional("method", &HttpCheck::method, http_method)
      .optional("host", &HttpCheck::host, host)
      .optional("body", &HttpCheck::body, some_text)
      .optional("body_regex", &HttpCheck::body_regex, regex);
}

bool has_key(const YamlNode& map, std::string_view key) {
  return std::any_of(map.content->entries.begin(), map.content->entries.end(),
                     [&](const Entry& entry) { return entry.key == key; });
}

// `tcp: {}`, or nothing behind the colon.
template <class T>
std::optional<T> without_keys(Context& context, const YamlNode& node) {
  const Content& content = *node.content;
  if (content.kind == Kind::empty || (content.kind == Kind::map && content.entries.empty()))
    return T{};
  context.expected(node, "{}, as it has no keys of its own");
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<std::string>> read_command(Context& context, const YamlNode& node) {
  if (node.content->kind != Kind::list) {
    context.expected(node, "a list: the program's path, then its arguments",
                     "no shell takes it apart");
    return std::nullopt;
  }
  auto words = list_of("a command", some_text, 1, 64)(context, node);
  if (!words) return std::nullopt;
  if (!words->front().starts_with('/')) {
    context.error(node.position,
                  fmt::format("the program {} has no absolute path", in_quotes(words->front())));
    return std::nullopt;
  }
  return words;
}

std::optional<std::string> read_unprivileged_user(Context& context, const YamlNode& node) {
  const auto user = name(context, node);
  if (!user) return std::nullopt;
  if (*user == "root" || *user == "0") {
    context.error(node.position, "a program does not run as root",
                  "name another user, such as nobody");
    return std::nullopt;
  }
  return user;
}

std::optional<HttpCheck> read_http_check(Context& context, const YamlNode& node) {
  static const Table<HttpCheck> table = http_table("an http check")
                                            .absent("sni", "it is for https")
                                            .absent("verify", "it is for https")
                                            .absent("ca_file", "it is for https");
  return table(context, node);
}

std::optional<HttpCheck> read_https_check(Context& context, const YamlNode& node) {
  static const Table<HttpCheck> table =
      http_table("an https check")
          .optional("sni", &HttpCheck::sni, host)
          .optional("verify", &HttpCheck::verify, boolean)
          .optional("ca_file", &HttpCheck::ca_file, absolute_path);
  auto check = table(context, node);
  if (!check) return std::nullopt;
  check->tls = true;
  if (check->verify && check->sni.empty() && check->host.empty())
    context.error(node.position, "an https check with verify: true needs sni or host",
                  "a certificate is checked against a name");
  return check;
}

std::optional<TcpCheck> read_tcp_check(Context& context, const YamlNode& node) {
  return without_keys<TcpCheck>(context, node);
}

std::optional<PingCheck> read_ping_check(Context& context, const YamlNode& node) {
  return without_keys<PingCheck>(context, node);
}

std::optional<ExpectCheck> read_expect_check(Context& context, const YamlNode& node) {
  static const Table<ExpectCheck> table =
      Table<ExpectCheck>("an expect check")
          .optional("send", &ExpectCheck::send, escaped_text)
          .optional("receive", &ExpectCheck::receive, escaped_text)
          .optional("regex", &ExpectCheck::regex, regex)
          .optional("udp", &ExpectCheck::udp, boolean);
  auto check = table(context, node);
  if (!check) return std::nullopt;
  if (has_key(node, "receive") == has_key(node, "regex"))
    context.error(node.position,
                  has_key(node, "regex") ? "an expect check has both \"receive\" and \"regex\""
                                         : "an expect check needs the key \"receive\" or \"regex\"",
                  has_key(node, "regex") ? "keep one of them" : "receive: \"*\" takes any answer");
  if (check->udp && check->send.empty())
    context.error(node.position, "an expect check with udp: true needs the key \"send\"",
                  "nobody answers a datagram that was not sent");
  return check;
}

std::optional<ScriptCheck> read_script_check(Context& context, const YamlNode& node) {
  static const Table<ScriptCheck> table =
      Table<ScriptCheck>("a script check")
          .required("command", &ScriptCheck::command, read_command)
          .optional("user", &ScriptCheck::user, read_unprivileged_user)
          .optional("output", &ScriptCheck::output, some_text);
  return table(context, node);
}

std::optional<AgentCheck> read_agent_check(Context& context, const YamlNode& node) {
  static const Table<AgentCheck> table =
      Table<AgentCheck>("an agent check")
          .optional("command", &AgentCheck::command, read_command)
          .optional("user", &AgentCheck::user, read_unprivileged_user)
          .optional("send", &AgentCheck::send, escaped_text);
  if (node.content->kind == Kind::empty) return AgentCheck{};
  return table(context, node);
}

}  // namespace drover::config
