// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/import/lvs_cf_values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "lib/config/import/import_values.h"
#include "lib/config/import/words.h"
#include "lib/config/nearest.h"

namespace drover::config {

void LvsValues::error(std::size_t line, std::string text) {
  imported_.errors.push_back({line, std::move(text)});
}

void LvsValues::warn(std::size_t line, std::string text) {
  imported_.warnings.push_back({line, std::move(text)});
}

void LvsValues::comment(std::size_t line, std::string text) {
  imported_.comments.push_back({line, std::move(text)});
}

void LvsValues::look_at_keywords(const LvsSection& section, std::span<const LvsKeyword> keywords,
                                 std::string_view where) {
  for (const LvsAssignment& assignment : section.assignments) {
    const auto known = std::ranges::find(keywords, assignment.key, &LvsKeyword::name);
    if (known == keywords.end()) {
      std::vector<std::string_view> names;
      for (const LvsKeyword& keyword : keywords) names.push_back(keyword.name);
      error(assignment.line, fmt::format("Piranha has no keyword {} {}; {}", assignment.key,
                                         where.empty() ? "outside of sections" : "here",
                                         suggest(assignment.key, names, "there are")));
      continue;
    }
    check_values(assignment, *known);
    if (known->no_match.empty()) continue;
    const std::string text = fmt::format("{} = {}: {}", assignment.key,
                                         fmt::join(assignment.values, " "), known->no_match);
    comment(assignment.line, text);
    if (known->matters) warn(assignment.line, text);
  }
}

void LvsValues::check_values(const LvsAssignment& assignment, const LvsKeyword& keyword) {
  const std::size_t wanted = keyword.two_values ? 2 : 1;
  if (assignment.values.size() > wanted)
    error(assignment.line,
          fmt::format("{} takes {} here, not {}", assignment.key,
                      wanted == 1 ? "one value" : "two values", fmt::join(assignment.values, " ")));
  else if (assignment.values.size() < wanted)
    error(assignment.line,
          fmt::format("{} needs an address and an interface, such as \"192.0.2.10 eth0:1\", and "
                      "has only {}",
                      assignment.key, assignment.values[0]));
}

std::optional<std::string> LvsValues::text(const LvsSection& section, std::string_view key) const {
  const LvsAssignment* found = section.find(key);
  return found == nullptr ? std::nullopt : std::optional(unquoted(found->values[0]));
}

std::size_t LvsValues::line_of(const LvsSection& section, std::string_view key) const {
  const LvsAssignment* found = section.find(key);
  return found == nullptr ? section.line : found->line;
}

std::uint64_t LvsValues::number(const LvsSection& section, std::string_view key,
                                std::uint64_t otherwise, std::uint64_t most) {
  const auto given = text(section, key);
  if (!given) return otherwise;
  const auto value = number_of_any_base(*given);
  if (value && *value <= most) return *value;
  error(line_of(section, key),
        fmt::format("{} is {}, expected a whole number of at most {}", key, *given, most));
  return otherwise;
}

bool LvsValues::flag(const LvsSection& section, std::string_view key, bool otherwise) {
  return number(section, key, otherwise ? 1 : 0, 1) == 1;
}

std::optional<IpAddress> LvsValues::address(const LvsSection& section, std::string_view key) {
  const auto given = text(section, key);
  if (!given) return std::nullopt;
  const auto address = IpAddress::parse(*given);
  if (!address)
    error(line_of(section, key),
          fmt::format("{} is {}, expected an IP address (a host's name is not looked up here)", key,
                      *given));
  return address;
}

std::uint16_t LvsValues::port(const LvsSection& section, std::string_view key,
                              std::uint16_t otherwise) {
  const auto given = text(section, key);
  if (!given) return otherwise;
  if (const auto port = port_of_service(*given, "tcp")) return *port;
  error(line_of(section, key), fmt::format("{} is {}, expected a port's number or the name of a "
                                           "TCP service",
                                           key, *given));
  return otherwise;
}

}  // namespace drover::config
