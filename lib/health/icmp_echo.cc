// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/icmp_echo.h"

#include <array>

#include "lib/net/checksum.h"

namespace drover::health {
namespace {

struct Types {
  std::uint8_t request;
  std::uint8_t reply;
};
constexpr Types types_of(bool v6) {
  return v6 ? Types{128, 129} : Types{8, 0};
}

// Type, code, checksum, identifier, sequence; no data.
using Message = std::array<std::uint8_t, 8>;

Message message(std::uint8_t type, EchoId id) {
  return {type,
          0,
          0,
          0,
          static_cast<std::uint8_t>(id.identifier >> 8),
          static_cast<std::uint8_t>(id.identifier),
          static_cast<std::uint8_t>(id.sequence >> 8),
          static_cast<std::uint8_t>(id.sequence)};
}

// Without the IPv4 header that a raw socket hands over.
std::string_view icmp_part(std::string_view packet, bool v6) {
  if (v6 || packet.empty()) return packet;
  const std::size_t header = (static_cast<std::uint8_t>(packet[0]) & 0xfU) * 4;
  return packet.size() < header ? std::string_view() : packet.substr(header);
}

class EchoReader final : public ReplyReader {
 public:
  EchoReader(EchoId id, bool v6) : expected_(message(types_of(v6).reply, id)), v6_(v6) {}

  std::optional<Outcome> take(std::string_view packet) override {
    const std::string_view icmp = icmp_part(packet, v6_);
    if (icmp.size() < expected_.size()) return std::nullopt;
    for (std::size_t i = 0; i < expected_.size(); ++i) {
      const bool is_checksum = i == 2 || i == 3;  // the kernel has looked at it
      if (!is_checksum && static_cast<std::uint8_t>(icmp[i]) != expected_[i]) return std::nullopt;
    }
    return Outcome();
  }
  Outcome end() override { return unreachable("no echo reply"); }

 private:
  Message expected_;
  bool v6_;
};

}  // namespace

std::string echo_request(EchoId id, bool v6) {
  Message request = message(types_of(v6).request, id);
  if (!v6) {
    ChecksumSum sum;
    sum.add(request);
    const std::uint16_t checksum = sum.finish().value();
    request[2] = static_cast<std::uint8_t>(checksum >> 8);
    request[3] = static_cast<std::uint8_t>(checksum);
  }
  return {request.begin(), request.end()};
}

std::unique_ptr<ReplyReader> make_echo_reader(EchoId id, bool v6) {
  return std::make_unique<EchoReader>(id, v6);
}

}  // namespace drover::health
