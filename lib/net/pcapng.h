// SPDX-License-Identifier: BSD-3-Clause
// Blocks of a pcapng file (draft-ietf-opsawg-pcapng), in this machine's byte order, with times in
// nanoseconds since 1970. Ethernet only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace drover::pcapng {

enum class Direction : std::uint8_t { inbound = 1, outbound = 2 };

struct Packet {
  std::uint32_t interface = 0;  // the number of its description, from 0
  std::uint64_t time = 0;
  std::span<const std::uint8_t> bytes;
  std::uint32_t length = 0;  // of the frame, of which `bytes` may be a part
  Direction direction = Direction::inbound;
  std::uint64_t dropped = 0;  // packets between the one before and this one
  std::uint64_t id = 0;       // the same for one packet on several interfaces
  std::string_view comment;
};

// Begins a file. `application`: what has written it.
std::string section_header(std::string_view application);
// `most_bytes`: of each packet; 0: no bound.
std::string interface_description(std::string_view name, std::uint32_t most_bytes);
std::string enhanced_packet(const Packet& packet);

struct Statistics {
  std::uint32_t interface = 0;
  std::uint64_t received = 0;  // packets that were to be captured
  std::uint64_t dropped = 0;   // those of them that were not, as there was no room
};
std::string interface_statistics(const Statistics& statistics, std::uint64_t time,
                                 std::string_view comment = {});

// For who takes such a file from a stream. How long the block at the beginning is; 0: it is not all
// there yet; none: it is no block.
std::optional<std::size_t> block_length(std::string_view bytes);

// Of a whole block.
bool is_packet(std::string_view block);
// None: it is a block of another kind.
std::optional<Statistics> read_statistics(std::string_view block);

}  // namespace drover::pcapng
