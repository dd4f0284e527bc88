// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/restart.h"

#include <string_view>
#include <utility>

#include "lib/config/tree.h"

namespace drover::config {
namespace {

struct StartOnly {
  std::string_view key;
  bool (*same)(const Config& a, const Config& b);
};

template <auto member>
constexpr bool same_member(const Config& a, const Config& b) {
  return a.*member == b.*member;
}

constexpr StartOnly start_only[] = {
    {"nodes",
     [](const Config& a, const Config& b) { return a.nodes == b.nodes && a.node == b.node; }},
    {"workers", same_member<&Config::workers>},
    {"idle", same_member<&Config::idle>},
    {"connections", same_member<&Config::connections>},
    {"ports", same_member<&Config::ports>},
    {"failover", same_member<&Config::failover>},
    {"api", same_member<&Config::api>},
    {"metrics", same_member<&Config::metrics>},
};

}  // namespace

std::vector<std::string> needs_restart(const Config& started, const Config& wanted) {
  std::vector<std::string> keys;
  for (const StartOnly& part : start_only)
    if (!part.same(started, wanted)) keys.emplace_back(part.key);
  return keys;
}

YamlNode keep_started(YamlNode wanted, const YamlNode& started,
                      const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    const YamlNode* value = find(started, key);
    wanted = value != nullptr ? with(wanted, key, *value) : without(wanted, key);
  }
  return wanted;
}

}  // namespace drover::config
