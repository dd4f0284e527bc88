// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/pcapng.h"

#include <concepts>
#include <cstring>
#include <utility>

namespace drover::pcapng {
namespace {

enum BlockType : std::uint32_t {
  section_header_block = 0x0a0d0d0a,
  interface_description_block = 1,
  interface_statistics_block = 5,
  enhanced_packet_block = 6
};

// Of all blocks, and of those that are named.
enum Option : std::uint16_t {
  end_of_options = 0,
  comment = 1,
  user_application = 4,  // of a section header
  interface_name = 2,    // of an interface's description
  time_resolution = 9,
  packet_flags = 2,  // of a packet
  packet_drop_count = 4,
  packet_id = 5,
  received_count = 4,  // of an interface's statistics
  drop_count = 5
};

constexpr std::uint32_t byte_order_magic = 0x1a2b3c4d;
constexpr std::uint16_t ethernet = 1;
constexpr std::uint8_t nanoseconds = 9;  // 10^-9 s
constexpr std::size_t shortest_block = 12;
constexpr std::size_t longest_option = 65'535;

// A block that grows: its type and a place for its length first.
class Block {
 public:
  explicit Block(std::uint32_t type) {
    put(type);
    put(std::uint32_t{0});
  }

  template <class T>
  void put(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void put_padded(std::string_view bytes) {
    bytes_ += bytes;
    bytes_.append((4 - bytes.size() % 4) % 4, '\0');
  }
  void put_time(std::uint64_t time) {
    put(static_cast<std::uint32_t>(time >> 32U));
    put(static_cast<std::uint32_t>(time));
  }

  void put_option(std::uint16_t code, std::string_view value) {
    value = value.substr(0, longest_option);
    put(code);
    put(static_cast<std::uint16_t>(value.size()));
    put_padded(value);
  }
  void put_option(std::uint16_t code, const std::integral auto& value) {
    put_option(code, std::string_view(reinterpret_cast<const char*>(&value), sizeof value));
  }

  // Behind the options.
  std::string take() {
    put(std::uint32_t{end_of_options});  // with the length 0
    const auto length = static_cast<std::uint32_t>(bytes_.size() + sizeof(std::uint32_t));
    put(length);
    std::memcpy(&bytes_[sizeof(std::uint32_t)], &length, sizeof length);
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
};

template <class T>
T value_at(std::string_view bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

}  // namespace

std::string section_header(std::string_view application) {
  Block block(section_header_block);
  block.put(byte_order_magic);
  block.put(std::uint16_t{1});  // version 1.0
  block.put(std::uint16_t{0});
  block.put(std::int64_t{-1});  // how long the section is, is not known
  block.put_option(user_application, application);
  return block.take();
}

std::string interface_description(std::string_view name, std::uint32_t most_bytes) {
  Block block(interface_description_block);
  block.put(ethernet);
  block.put(std::uint16_t{0});
  block.put(most_bytes);
  block.put_option(interface_name, name);
  block.put_option(time_resolution, nanoseconds);
  return block.take();
}

std::string enhanced_packet(const Packet& packet) {
  Block block(enhanced_packet_block);
  block.put(packet.interface);
  block.put_time(packet.time);
  block.put(static_cast<std::uint32_t>(packet.bytes.size()));
  block.put(packet.length);
  block.put_padded({reinterpret_cast<const char*>(packet.bytes.data()), packet.bytes.size()});
  block.put_option(packet_flags, static_cast<std::uint32_t>(packet.direction));
  if (packet.dropped > 0) block.put_option(packet_drop_count, packet.dropped);
  block.put_option(packet_id, packet.id);
  if (!packet.comment.empty()) block.put_option(comment, packet.comment);
  return block.take();
}

std::string interface_statistics(const Statistics& statistics, std::uint64_t time,
                                 std::string_view text) {
  Block block(interface_statistics_block);
  block.put(statistics.interface);
  block.put_time(time);
  block.put_option(received_count, statistics.received);
  block.put_option(drop_count, statistics.dropped);
  if (!text.empty()) block.put_option(comment, text);
  return block.take();
}

std::optional<std::size_t> block_length(std::string_view bytes) {
  if (bytes.size() < 2 * sizeof(std::uint32_t)) return 0;
  const auto length = value_at<std::uint32_t>(bytes, sizeof(std::uint32_t));
  if (length < shortest_block || length % 4 != 0) return std::nullopt;
  if (bytes.size() < length) return 0;
  return value_at<std::uint32_t>(bytes, length - sizeof(std::uint32_t)) == length
             ? std::optional<std::size_t>(length)
             : std::nullopt;
}

bool is_packet(std::string_view block) {
  return value_at<std::uint32_t>(block, 0) == enhanced_packet_block;
}

std::optional<Statistics> read_statistics(std::string_view block) {
  constexpr std::size_t options_begin = 20;
  constexpr std::size_t option_header = 4;
  const auto length = block_length(block);
  if (length.value_or(0) < options_begin + option_header ||
      value_at<std::uint32_t>(block, 0) != interface_statistics_block)
    return std::nullopt;
  const std::string_view options =
      block.substr(options_begin, *length - options_begin - sizeof(std::uint32_t));
  Statistics statistics{
      .interface = value_at<std::uint32_t>(block, 8), .received = 0, .dropped = 0};
  for (std::size_t at = 0; at + option_header <= options.size();) {
    const auto code = value_at<std::uint16_t>(options, at);
    const std::size_t size = value_at<std::uint16_t>(options, at + 2);
    at += option_header;
    if (code == end_of_options || size > options.size() - at) break;
    if (size == sizeof(std::uint64_t)) {
      if (code == received_count) statistics.received = value_at<std::uint64_t>(options, at);
      if (code == drop_count) statistics.dropped = value_at<std::uint64_t>(options, at);
    }
    at += (size + 3) / 4 * 4;
  }
  return statistics;
}

}  // namespace drover::pcapng
