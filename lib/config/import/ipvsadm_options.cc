// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/import/ipvsadm_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

namespace drover::config {
namespace {

struct OptionName {
  std::string_view in_short;
  std::string_view in_full;
  bool has_value = false;
  bool value_may_be_missing = false;
};

constexpr OptionName option_names[] = {
    {"A", "add-service"},
    {"E", "edit-service"},
    {"D", "delete-service"},
    {"a", "add-server"},
    {"e", "edit-server"},
    {"d", "delete-server"},
    {"C", "clear"},
    {"Z", "zero"},
    {"R", "restore"},
    {"S", "save"},
    {"L", "list"},
    {"l", "list"},
    {"set", "set"},
    {"start-daemon", "start-daemon", true},
    {"stop-daemon", "stop-daemon", true},
    {"mcast-interface", "mcast-interface", true},
    {"syncid", "syncid", true},
    {"sync-maxlen", "sync-maxlen", true},
    {"mcast-group", "mcast-group", true},
    {"mcast-port", "mcast-port", true},
    {"mcast-ttl", "mcast-ttl", true},
    {"t", "tcp-service", true},
    {"u", "udp-service", true},
    {"sctp-service", "sctp-service", true},
    {"f", "fwmark-service", true},
    {"6", "ipv6"},
    {"s", "scheduler", true},
    {"p", "persistent", true, true},
    {"M", "netmask", true},
    {"pe", "pe", true},
    {"b", "sched-flags", true},
    {"o", "ops"},
    {"r", "real-server", true},
    {"g", "gatewaying"},
    {"i", "ipip"},
    {"m", "masquerading"},
    {"w", "weight", true},
    {"x", "u-threshold", true},
    {"y", "l-threshold", true},
    {"n", "numeric"},
    {"tun-type", "tun-type", true},
    {"tun-port", "tun-port", true},
    {"tun-nocsum", "tun-nocsum"},
    {"tun-csum", "tun-csum"},
    {"tun-remcsum", "tun-remcsum"},
};

// An option and, of "--weight=7" and "-w7", its value.
struct Given {
  const OptionName* name = nullptr;
  std::optional<std::string> value;
};

Given option_of(std::string_view word) {
  const auto named = [](std::string_view name, auto form) {
    const auto found = std::ranges::find(option_names, name, form);
    return found == std::end(option_names) ? nullptr : &*found;
  };
  if (word.starts_with("--")) {
    const auto end = std::min(word.find('='), word.size());
    Given given{named(word.substr(2, end - 2), &OptionName::in_full), {}};
    if (end < word.size()) given.value = word.substr(end + 1);
    return given;
  }
  if (!word.starts_with('-') || word.size() < 2) return {};
  if (const OptionName* whole = named(word.substr(1), &OptionName::in_short)) return {whole, {}};
  const OptionName* first = named(word.substr(1, 1), &OptionName::in_short);
  if (first == nullptr || !first->has_value) return {};
  return {first, std::string(word.substr(2))};
}

}  // namespace

tl::expected<IpvsadmOptions, std::string> ipvsadm_options(const std::vector<std::string>& words) {
  IpvsadmOptions options;
  for (std::size_t i = words[0].ends_with("ipvsadm") ? 1 : 0; i < words.size(); ++i) {
    const auto [name, attached] = option_of(words[i]);
    if (name == nullptr) {
      // --set has three values of its own.
      if (!options.contains("set"))
        return tl::unexpected(fmt::format("ipvsadm has no option {}", words[i]));
      options["set"] += (options["set"].empty() ? "" : " ") + words[i];
      continue;
    }
    if (attached && !name->has_value)
      return tl::unexpected(fmt::format("the option --{} takes no value", name->in_full));
    std::string& value = options[std::string(name->in_short)];
    if (!name->has_value) continue;
    if (attached)
      value = *attached;
    else if (i + 1 < words.size() && !words[i + 1].starts_with('-'))
      value = words[++i];
    else if (!name->value_may_be_missing)
      return tl::unexpected(fmt::format("the option {} needs a value", words[i]));
  }
  return options;
}

}  // namespace drover::config
