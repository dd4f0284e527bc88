// SPDX-License-Identifier: BSD-3-Clause
// Readers of single values (table.h says what a reader is).
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/config/config.h"
#include "lib/config/context.h"
#include "lib/config/duration.h"
#include "lib/config/nearest.h"

namespace drover::config {

// What names of nodes, pools, services and servers are made of.
inline constexpr const char* name_rule = "1 to 64 letters, digits, dots, underscores and hyphens";
bool is_name(std::string_view text);

// The text of a scalar, quoted or not; null for anything else.
const std::string* text_of(const YamlNode& node);
// The same, but not of a text in quotes, which is no number and no keyword.
const std::string* plain_text_of(const YamlNode& node);

std::optional<std::string> name(Context& context, const YamlNode& node);
std::optional<std::string> port_name(Context& context, const YamlNode& node);
std::optional<std::string> absolute_path(Context& context, const YamlNode& node);
std::optional<std::string> socket_path(Context& context, const YamlNode& node);
std::optional<bool> boolean(Context& context, const YamlNode& node);

// An address that one host can have, no prefix length behind it.
std::optional<IpAddress> unicast_address(Context& context, const YamlNode& node);
// Such an address and the length of its network's prefix.
std::optional<IpInterface> interface_address(Context& context, const YamlNode& node);
// A network: a prefix, or an address on its own.
std::optional<IpInterface> network(Context& context, const YamlNode& node);
// Of one station, neither multicast nor zero.
std::optional<MacAddress> station_mac(Context& context, const YamlNode& node);

// A whole decimal number; no leading zero, which YAML 1.1 would read as octal.
template <std::unsigned_integral T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return value;
}

template <std::unsigned_integral T>
auto number(T least, T most) {
  return [=](Context& context, const YamlNode& node) -> std::optional<T> {
    if (const std::string* text = plain_text_of(node))
      if (const auto value = parse_number<T>(*text); value && *value >= least && *value <= most)
        return value;
    const std::string* text = text_of(node);
    const bool in_quotes = text != nullptr && plain_text_of(node) == nullptr;
    context.expected(node, fmt::format("a whole number from {} to {}", least, most),
                     in_quotes ? "write it without quotes" : "");
    return std::nullopt;
  };
}

// Of IEEE 802.1Q: what names a VLAN.
inline std::optional<std::uint16_t> vlan_id(Context& context, const YamlNode& node) {
  return number<std::uint16_t>(1, 4'094)(context, node);
}

inline constexpr Milliseconds a_day{86'400'000};

// A number and a unit, from `least` to `most`.
inline auto duration(Milliseconds least, Milliseconds most = a_day) {
  return [=](Context& context, const YamlNode& node) -> std::optional<Milliseconds> {
    const std::string* text = text_of(node);
    const auto value = text != nullptr ? parse_duration(*text) : std::nullopt;
    if (value && *value >= least && *value <= most) return value;
    const bool lacks_unit = text != nullptr && parse_number<std::uint32_t>(*text).has_value();
    context.expected(node,
                     fmt::format("a duration from {} to {} with its unit (ms, s, m, h or d)",
                                 to_string(least), to_string(most)),
                     lacks_unit ? fmt::format("for seconds write {}s", *text) : "");
    return std::nullopt;
  };
}

// One of a few words.
template <class Enum>
using Words = std::vector<std::pair<std::string_view, Enum>>;

template <class Enum>
auto one_of(Words<Enum> words) {
  return [words = std::move(words)](Context& context, const YamlNode& node) -> std::optional<Enum> {
    std::vector<std::string_view> known;
    for (const auto& [word, value] : words) known.push_back(word);
    const std::string* text = text_of(node);
    for (const auto& [word, value] : words)
      if (text != nullptr && *text == word) return value;
    const auto meant = text != nullptr ? nearest(*text, known) : std::string_view{};
    context.expected(node, fmt::format("one of {}", fmt::join(known, ", ")),
                     meant.empty() ? "" : fmt::format("did you mean \"{}\"?", meant));
    return std::nullopt;
  };
}

}  // namespace drover::config
