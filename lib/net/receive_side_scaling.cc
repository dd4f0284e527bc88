// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/receive_side_scaling.h"

#include <array>
#include <cstddef>

#include "lib/net/wire.h"

namespace drover {
namespace {

constexpr std::size_t longest_input = 36;

// Network order, one behind the other.
class Input {
 public:
  void add(const IpAddress& address) {
    if (address.is_v6()) {
      for (const std::uint8_t byte : address.v6().bytes()) add_byte(byte);
    } else {
      for (unsigned shift = 32; shift > 0; shift -= 8)
        add_byte(static_cast<std::uint8_t>(address.v4().value() >> (shift - 8)));
    }
  }
  void add(std::uint16_t port) {
    add_byte(static_cast<std::uint8_t>(port >> 8U));
    add_byte(static_cast<std::uint8_t>(port));
  }
  std::span<const std::uint8_t> bytes() const { return std::span(bytes_).first(size_); }

 private:
  void add_byte(std::uint8_t byte) { bytes_[size_++] = byte; }

  std::array<std::uint8_t, longest_input> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace

std::uint32_t toeplitz_hash(std::span<const std::uint8_t> input,
                            std::span<const std::uint8_t> key) {
  std::uint32_t hash = 0;
  // The 32 bits of the key that begin at the bit of the input.
  std::uint32_t window = 0;
  for (std::size_t i = 0; i < 4; ++i) window = window << 8U | key[i];
  for (std::size_t at = 0; at < input.size(); ++at)
    for (unsigned bit = 8; bit > 0; --bit) {
      if ((input[at] >> (bit - 1) & 1U) != 0) hash ^= window;
      window = window << 1U | (key[at + 4] >> (bit - 1) & 1U);
    }
  return hash;
}

std::optional<std::uint16_t> ReceiveSideScaling::queue_of(std::uint8_t protocol,
                                                          const IpAddress& source,
                                                          const IpAddress& destination,
                                                          std::uint16_t source_port,
                                                          std::uint16_t destination_port) const {
  if (table.empty() || key.size() < longest_input + 4) return std::nullopt;
  const bool is_tcp = protocol == ip_protocol::tcp;
  const Hashes hashes = source.is_v6() ? (is_tcp ? tcp_v6 : udp_v6) : (is_tcp ? tcp_v4 : udp_v4);
  if (hashes == Hashes::nothing) return std::nullopt;
  Input input;
  input.add(source);
  input.add(destination);
  if (hashes == Hashes::addresses_and_ports) {
    input.add(source_port);
    input.add(destination_port);
  }
  return table[toeplitz_hash(input.bytes(), key) % table.size()];
}

}  // namespace drover
