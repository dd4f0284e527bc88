// SPDX-License-Identifier: BSD-3-Clause
#include "test/harness/receive_side_scaling.h"

#include <array>
#include <cstddef>
#include <vector>

namespace drover::test {
namespace {

constexpr unsigned table_size = 128;
constexpr std::array<std::uint8_t, 40> key = {
    0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
    0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
    0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};

unsigned word_at(std::span<const std::uint8_t> frame, std::size_t at) {
  return frame[at] * 256U + frame[at + 1];
}

// Of the Ethernet type behind the VLAN tags.
std::size_t type_offset(std::span<const std::uint8_t> frame) {
  std::size_t at = 12;
  while (at + 6 <= frame.size() && (word_at(frame, at) == 0x8100 || word_at(frame, at) == 0x88a8))
    at += 4;
  return at;
}

bool has_ports(std::uint8_t protocol) {
  return protocol == 6 || protocol == 17;
}

// What is hashed; nothing of what is no IP.
std::vector<std::uint8_t> input_of(std::span<const std::uint8_t> frame) {
  const std::size_t type = type_offset(frame);
  const std::size_t ip = type + 2;
  if (ip + 20 > frame.size()) return {};
  const bool is_v6 = word_at(frame, type) == 0x86dd && frame[ip] >> 4 == 6;
  const bool is_v4 =
      word_at(frame, type) == 0x0800 && frame[ip] >> 4 == 4 && (frame[ip] & 0xf) >= 5;
  if ((!is_v4 && !is_v6) || (is_v6 && ip + 40 > frame.size())) return {};
  const auto addresses = is_v6 ? frame.subspan(ip + 8, 32) : frame.subspan(ip + 12, 8);
  std::vector<std::uint8_t> input(addresses.begin(), addresses.end());
  const std::size_t ports = ip + (is_v6 ? 40 : (frame[ip] & 0xfU) * 4);
  const bool whole = is_v6 || (word_at(frame, ip + 6) & 0x3fff) == 0;
  if (has_ports(frame[ip + (is_v6 ? 6 : 9)]) && whole && ports + 4 <= frame.size())
    for (std::size_t i = 0; i < 4; ++i) input.push_back(frame[ports + i]);
  return input;
}

}  // namespace

ReceiveSideScaling scaling(std::uint16_t queues) {
  constexpr auto ports = ReceiveSideScaling::Hashes::addresses_and_ports;
  ReceiveSideScaling card{.tcp_v4 = ports,
                          .udp_v4 = ports,
                          .tcp_v6 = ports,
                          .udp_v6 = ports,
                          .key = {key.begin(), key.end()},
                          .table = {}};
  for (unsigned i = 0; i < table_size; ++i)
    card.table.push_back(static_cast<std::uint16_t>(i % queues));
  return card;
}

std::uint16_t queue_of(std::span<const std::uint8_t> frame, std::uint16_t queues) {
  if (queues == 1) return 0;
  return static_cast<std::uint16_t>(toeplitz_hash(input_of(frame), key) % table_size % queues);
}

}  // namespace drover::test
