// SPDX-License-Identifier: BSD-3-Clause
// ICMP echo (RFC 792; RFC 4443, section 4) over a raw socket. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "lib/health/reply_reader.h"

namespace drover::health {

struct EchoId {
  std::uint16_t identifier = 0;
  std::uint16_t sequence = 0;
};

// The checksum of an ICMPv6 one is the kernel's business.
std::string echo_request(EchoId id, bool v6);
// Takes the packets of a raw socket, one at a time (IPv4: with their header); passes over all but
// the reply.
std::unique_ptr<ReplyReader> make_echo_reader(EchoId id, bool v6);

}  // namespace drover::health
