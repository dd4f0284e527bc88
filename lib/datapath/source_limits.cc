// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/source_limits.h"

#include <algorithm>
#include <array>
#include <bit>

namespace drover::datapath {
namespace {

std::uint64_t mix(std::uint64_t left, std::uint64_t right, const flow::HashSeed& seed) {
  return flow::detail::fold_multiply(left ^ seed.first, right ^ seed.second ^ 0x1d8e4e27c47d124fU);
}

// The first `length` of 64 bits.
std::uint64_t leading(std::uint64_t bits, unsigned length) {
  return length == 0 ? 0 : bits & ~std::uint64_t{0} << (64 - length);
}

std::uint64_t big_endian(const Ipv6Address::Bytes& bytes, std::size_t from) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8U | bytes[from + i];
  return value;
}

}  // namespace

SourceLimits::Key SourceLimits::key_of(const ConnectionLimit& limit, Ipv4Address client) const {
  const auto network = leading(std::uint64_t{client.value()} << 32U, limit.prefix_length);
  return {mix(mix(network, limit.id, seed_), 4, seed_)};
}

SourceLimits::Key SourceLimits::key_of(const ConnectionLimit& limit,
                                       const Ipv6Address& client) const {
  const unsigned length = limit.prefix_length;
  const auto first = leading(big_endian(client.bytes(), 0), std::min(length, 64U));
  const auto second = leading(big_endian(client.bytes(), 8), std::max(length, 64U) - 64U);
  return {mix(mix(first, limit.id, seed_), second, seed_)};
}

bool SourceLimits::take(const ConnectionLimit& limit, Key key, std::uint64_t now) {
  Row* row = table_->find(key);
  const std::uint64_t before = full_at(row, now);
  if (before - now > limit.tolerance) return false;
  const std::uint64_t next = before + limit.interval;
  if (row != nullptr) {
    row->full_at = next;
    return true;
  }
  const auto worth = [now](const Row& each) {
    const std::uint64_t left = each.full_at <= now ? 0 : (each.full_at - now) >> 10U;
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(left, flow::BoundedTable<Row>::priceless - 1));
  };
  table_->insert({.key = key, .full_at = next}, worth, [](Row&) {});
  return true;
}

}  // namespace drover::datapath
