// SPDX-License-Identifier: BSD-3-Clause
#include "test/ipvs/spread.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace drover::test {
namespace {

using Servers = std::vector<std::optional<ServerNumber>>;

bool is_one(const Servers& servers) {
  return std::ranges::adjacent_find(servers, std::not_equal_to()) == servers.end();
}

// How many groups each server has, the most first; who got none counts as a server.
std::vector<double> shares(const std::map<std::optional<ServerNumber>, double>& counts) {
  std::vector<double> sorted;
  for (const auto& [server, count] : counts) sorted.push_back(count);
  std::ranges::sort(sorted, std::greater());
  return sorted;
}

}  // namespace

std::string Spread::key_of(const RecordedPacket& packet, By by) const {
  std::string key = fmt::format("{}:{}", to_string(packet.destination), packet.destination_port);
  if (by != By::vip) key += fmt::format(" {}", to_string(packet.source));
  if (by == By::connection || by == By::lot) key += fmt::format(":{}", packet.source_port);
  return key;
}

void Spread::packet(const RecordedPacket& packet, std::optional<ServerNumber> actual) {
  same_ &= actual == packet.to;
  const auto add = [&](Choices& choices) {
    choices.expected.push_back(packet.to);
    choices.actual.push_back(actual);
  };
  add(sticking_[{epoch_, key_of(packet, by_)}]);
  add(connections_[key_of(packet, By::connection)]);
}

std::string Spread::difference() const {
  if (same_) return {};
  for (const auto& [key, choices] : connections_)
    if (is_one(choices.expected) && !is_one(choices.actual))
      return key + " was one server's, and goes to several";
  std::map<std::optional<ServerNumber>, double> expected;
  std::map<std::optional<ServerNumber>, double> actual;
  for (const auto& [key, choices] : sticking_) {
    if (is_one(choices.expected) && !is_one(choices.actual))
      return key.second + " stuck to one server, and goes to several";
    expected[choices.expected.front()] += 1;
    actual[choices.actual.front()] += 1;
  }
  std::vector<double> wanted = shares(expected);
  std::vector<double> got = shares(actual);
  wanted.resize(std::max(wanted.size(), got.size()));
  got.resize(wanted.size());
  const double tolerance = 2 * std::sqrt(static_cast<double>(sticking_.size()));
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (std::abs(wanted[i] - got[i]) > tolerance)
      return fmt::format("the shares were {}, and are {}", fmt::join(wanted, ", "),
                         fmt::join(got, ", "));
  return {};
}

}  // namespace drover::test
