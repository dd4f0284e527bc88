// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/service_body.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <utility>

#include "lib/config/document.h"
#include "lib/config/tree.h"
#include "lib/control/api_model.h"

namespace drover::client {
namespace {

using config::Kind;
using config::YamlNode;

// Members of an object.
class Members {
 public:
  void add(std::string_view key, std::string_view json) {
    text_ += fmt::format("{}\"{}\": {}", text_.empty() ? "" : ", ", key, json);
  }
  void text(std::string_view key, const std::optional<std::string>& value) {
    if (value) add(key, api::json_string(*value));
  }
  void number(std::string_view key, const std::optional<std::uint32_t>& value) {
    if (value) add(key, std::to_string(*value));
  }
  void flag(std::string_view key, bool value) {
    if (value) add(key, "true");
  }
  void texts(std::string_view key, const std::vector<std::string>& values) {
    std::vector<std::string> items;
    for (const std::string& value : values) items.push_back(api::json_string(value));
    list(key, items);
  }
  void list(std::string_view key, const std::vector<std::string>& items) {
    if (!items.empty()) add(key, fmt::format("[{}]", fmt::join(items, ", ")));
  }
  bool empty() const { return text_.empty(); }
  std::string object() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

// A number and a keyword stay what they are; JSON knows no leading zero.
std::string scalar_as_json(const config::Content& scalar) {
  const bool is_plain = !scalar.quoted && config::quotes_matter(scalar.text);
  const bool has_zero = scalar.text.size() > 1 && scalar.text.front() == '0';
  return is_plain && !has_zero && scalar.text != "~" ? scalar.text : api::json_string(scalar.text);
}

std::string as_json(const YamlNode& node) {
  Members members;
  std::vector<std::string> items;
  switch (node.content->kind) {
    case Kind::empty:
      return "null";
    case Kind::scalar:
      return scalar_as_json(*node.content);
    case Kind::list:
      for (const YamlNode& item : node.content->items) items.push_back(as_json(item));
      return fmt::format("[{}]", fmt::join(items, ", "));
    case Kind::map:
      break;
  }
  for (const config::Entry& entry : node.content->entries)
    members.add(entry.key, as_json(entry.value));
  return members.object();
}

Result<std::string> check_as_json(const std::string& check) {
  const auto read = config::parse_document(check);
  if (read && read->content->kind == Kind::map) return as_json(*read);
  if (read && read->content->kind == Kind::scalar)
    return fmt::format("{{{}: {{}}}}", api::json_string(read->content->text));
  return failure("--check " + check, read ? "is no check" : read.error().what,
                 "such as tcp, or '{http: {path: /health}, interval: 1s}'");
}

std::string persistence(const ServiceOptions& options) {
  Members keys;
  keys.text("timeout", options.persistence);
  keys.number("mask", options.mask);
  keys.flag("across_ports", options.across_ports);
  return keys.empty() ? "" : keys.object();
}

}  // namespace

Result<std::string> service_body(const ServiceOptions& options) {
  Members service;
  service.text("name", options.name);
  service.text("address", options.address);
  service.text("protocol", options.protocol);
  service.text("scheduler", options.scheduler);
  if (options.ports == std::vector<std::string>{"any"})
    service.text("ports", "any");
  else
    service.list("ports", options.ports);
  service.text("pool", options.pool);
  std::vector<std::string> items;
  for (const std::string& server : options.servers)
    items.push_back(fmt::format(R"({{"address": {}}})", api::json_string(server)));
  service.list("servers", std::exchange(items, {}));
  for (const std::string& check : options.checks) {
    auto json = check_as_json(check);
    if (!json) return json;
    items.push_back(std::move(*json));
  }
  service.list("checks", items);
  if (const std::string keys = persistence(options); !keys.empty())
    service.add("persistence", keys);
  service.flag("one_packet", options.one_packet);
  service.texts("scheduler_flags", options.scheduler_flags);
  service.text("sorry_server", options.sorry_server);
  service.text("on_down", options.on_down);
  service.text("when_all_down", options.when_all_down);
  service.number("quorum", options.quorum);
  service.number("quorum_hysteresis", options.quorum_hysteresis);
  service.text("warmup", options.warmup);
  if (options.limit) service.add("limit", fmt::format(R"({{"rate": {}}})", *options.limit));
  service.texts("allow", options.allow);
  service.texts("deny", options.deny);
  return service.object();
}

}  // namespace drover::client
