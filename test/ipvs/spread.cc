// SPDX-License-Identifier: BSD-3-Clause
#include "test/ipvs/spread.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lib/net/wire.h"

namespace drover::test {
namespace {

using Servers = std::vector<std::optional<ServerNumber>>;

bool is_one(const Servers& servers) {
  return std::ranges::adjacent_find(servers, std::not_equal_to()) == servers.end();
}

bool opens(const RecordedPacket& packet) {
  return packet.kind == RecordedPacket::Kind::udp || (packet.flags & TcpHeader::syn) != 0;
}

// How many each server has, the most first; who got none counts as a server.
std::vector<double> shares(const std::map<std::optional<ServerNumber>, double>& counts) {
  std::vector<double> sorted;
  for (const auto& [server, count] : counts) sorted.push_back(count);
  std::ranges::sort(sorted, std::greater());
  return sorted;
}

}  // namespace

std::string Spread::key_of(const RecordedPacket& packet, By by) const {
  std::string key =
      fmt::format("{} {}:{}", packet.kind == RecordedPacket::Kind::udp ? "UDP" : "TCP",
                  to_string(packet.destination), packet.destination_port);
  if (by != By::vip) key += fmt::format(" {}", to_string(packet.source));
  if (by == By::connection || by == By::lot) key += fmt::format(":{}", packet.source_port);
  return key;
}

void Spread::servers_are(const std::vector<RecordedServer>& servers) {
  ++epoch_;
  one_gone_ |= std::ranges::any_of(servers_, [&](const RecordedServer& before) {
    return std::ranges::find(servers, before.id, &RecordedServer::id) == servers.end();
  });
  servers_ = servers;
  all_usable_ = std::ranges::all_of(
      servers, [](const RecordedServer& server) { return server.weight > 0 && server.upper == 0; });
}

void Spread::time_passed() {
  for (auto& [key, life] : lives_) life = {life.number + 1, false};
}

std::string Spread::packet(const RecordedPacket& packet, std::optional<ServerNumber> actual) {
  if (is_over()) return {};
  if (all_usable_ && packet.to.has_value() != actual.has_value())
    return packet.to ? "expected a server, no server got it" : "expected no server, one got it";
  same_ &= actual == packet.to;
  const auto add = [&](Choices& choices) {
    choices.expected.push_back(packet.to);
    choices.actual.push_back(actual);
  };
  Choices& connection = connections_[life_of(packet)];
  if (connection.expected.empty() && (packet.to || opens(packet))) {
    const Key key{epoch_, key_of(packet, by_)};
    add(beginnings_[key]);
    if (all_usable_ && by_ != By::lot) settled_.insert(key);
  }
  add(connection);
  return {};
}

// A connection that was closed and begins anew may go elsewhere.
Spread::Key Spread::life_of(const RecordedPacket& packet) {
  std::string key = key_of(packet, By::connection);
  Life& life = lives_[key];
  if (life.closed && opens(packet)) life = {life.number + 1, false};
  if ((packet.flags & (TcpHeader::fin | TcpHeader::rst)) != 0) life.closed = true;
  return {life.number, std::move(key)};
}

std::string Spread::difference() const {
  if (same_) return {};
  for (const auto& [key, choices] : connections_)
    if (is_one(choices.expected) && !is_one(choices.actual))
      return key.second + " was one server's, and goes to several";
  for (const auto& [key, choices] : beginnings_) {
    if (by_ != By::lot && is_one(choices.expected) && !is_one(choices.actual))
      return key.second + " stuck to one server, and goes to several";
    if (settled_.contains(key) && !is_one(choices.expected) && is_one(choices.actual))
      return key.second + " went to several servers, and sticks to one";
  }
  return difference_of_shares();
}

std::string Spread::difference_of_shares() const {
  std::map<std::optional<ServerNumber>, double> expected;
  std::map<std::optional<ServerNumber>, double> actual;
  for (const auto& [key, choices] : beginnings_) {
    expected[choices.expected.front()] += 1;
    actual[choices.actual.front()] += 1;
  }
  std::vector<double> wanted = shares(expected);
  std::vector<double> got = shares(actual);
  wanted.resize(std::max(wanted.size(), got.size()));
  got.resize(wanted.size());
  const double tolerance = 2 * std::sqrt(static_cast<double>(beginnings_.size()));
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (std::abs(wanted[i] - got[i]) > tolerance)
      return fmt::format("the shares were {}, and are {}", fmt::join(wanted, ", "),
                         fmt::join(got, ", "));
  return {};
}

}  // namespace drover::test
