// SPDX-License-Identifier: BSD-3-Clause
#include "lib/failover/sync_message.h"

#include <algorithm>
#include <cstring>

#include "lib/base/byte_order.h"
#include "lib/net/header_at.h"

namespace drover::failover {
namespace {

constexpr std::uint8_t protocol_version = 1;
constexpr std::uint8_t type_is_ipv6 = 0x01;
constexpr unsigned entry_version_shift = 12;
constexpr std::uint16_t entry_size_mask = 0x0fff;
constexpr std::uint8_t most_entries = 255;

// Of the kernel's IP_VS_CONN_F_*.
constexpr std::uint32_t forwarding_mask = 0x0007;
constexpr std::uint32_t direct_routing = 0x0003;
constexpr std::uint32_t no_output = 0x0080;  // the answers do not come through
constexpr std::uint32_t flag_inactive = 0x0100;
constexpr std::uint32_t flag_template = 0x1000;
constexpr std::uint32_t flag_tentative = 0x80000000;  // not one of the kernel's

constexpr std::uint16_t highest_tcp_state = 10;

struct MessageHeader {
  std::uint8_t reserved;
  std::uint8_t sync_id;
  Be16 size;
  std::uint8_t count;
  std::uint8_t version;
  Be16 spare;
};
static_assert(sizeof(MessageHeader) == 8);

// What entries of both families begin with; then client, VIP and server.
struct EntryHeader {
  std::uint8_t type;
  std::uint8_t protocol;
  Be16 version_and_size;
  Be32 flags;
  Be16 state;
  Be16 client_port;
  Be16 virtual_port;
  Be16 server_port;
  Be32 firewall_mark;
  Be32 timeout;
};
static_assert(sizeof(EntryHeader) == 24);

std::size_t address_length(bool is_v6) {
  return is_v6 ? 16 : 4;
}
std::size_t entry_length(bool is_v6) {
  return sizeof(EntryHeader) + 3 * address_length(is_v6);
}
std::size_t padded(std::size_t length) {
  return (length + 3) & ~std::size_t{3};
}

void write_address(std::span<std::uint8_t> out, const IpAddress& address) {
  if (address.is_v6())
    std::ranges::copy(address.v6().bytes(), out.begin());
  else
    header_at<Be32>(out, 0) = address.v4().wire();
}

IpAddress read_address(std::span<const std::uint8_t> from, bool is_v6) {
  if (!is_v6) return Ipv4Address(header_at<Be32>(from, 0));
  Ipv6Address::Bytes bytes;
  std::memcpy(bytes.data(), from.data(), bytes.size());
  return Ipv6Address(bytes);
}

std::uint32_t flags_of(const SyncedConnection& connection) {
  return direct_routing | no_output | (connection.inactive ? flag_inactive : 0U) |
         (connection.is_template ? flag_template : 0U) |
         (connection.tentative ? flag_tentative : 0U);
}

// Type, length, value; none of them says anything to a balancer that sees one direction only.
bool are_options(std::span<const std::uint8_t> options) {
  while (!options.empty()) {
    if (options.size() < 2) return false;
    const std::size_t length = options[1];
    if (length == 0 || options.size() - 2 < length) return false;
    options = options.subspan(2 + length);
  }
  return true;
}

bool is_direct_routing(const EntryHeader& entry) {
  return (entry.flags.value() & forwarding_mask) == direct_routing;
}

bool is_sound(const SyncedConnection& connection) {
  constexpr std::uint8_t tcp = 6;
  return connection.is_template || connection.protocol != tcp ||
         connection.state <= highest_tcp_state;
}

// `bytes` is one whole entry without its options.
SyncedConnection read_entry(std::span<const std::uint8_t> bytes) {
  const auto& entry = header_at<EntryHeader>(bytes, 0);
  const bool is_v6 = (entry.type & type_is_ipv6) != 0;
  const std::size_t length = address_length(is_v6);
  const auto address = [&](std::size_t index) {
    return read_address(bytes.subspan(sizeof(EntryHeader) + index * length, length), is_v6);
  };
  return {.protocol = entry.protocol,
          .state = entry.state.value(),
          .client = address(0),
          .vip = address(1),
          .server = address(2),
          .client_port = entry.client_port.value(),
          .virtual_port = entry.virtual_port.value(),
          .server_port = entry.server_port.value(),
          .inactive = (entry.flags.value() & flag_inactive) != 0,
          .is_template = (entry.flags.value() & flag_template) != 0,
          .tentative = (entry.flags.value() & flag_tentative) != 0,
          .firewall_mark = entry.firewall_mark.value(),
          .timeout = entry.timeout.value()};
}

}  // namespace

SyncMessageBuilder::SyncMessageBuilder(std::uint8_t sync_id, std::span<std::uint8_t> room)
    : sync_id_(sync_id), room_(room), length_(sizeof(MessageHeader)) {}

bool SyncMessageBuilder::add(const SyncedConnection& connection) {
  const bool is_v6 = connection.client.is_v6();
  const std::size_t length = entry_length(is_v6);
  if (length_ + length > room_.size() || count_ == most_entries) return false;
  header_at<EntryHeader>(room_, length_) = {
      .type = is_v6 ? type_is_ipv6 : std::uint8_t{0},
      .protocol = connection.protocol,
      .version_and_size = Be16(static_cast<std::uint16_t>(length)),
      .flags = Be32(flags_of(connection)),
      .state = Be16(connection.state),
      .client_port = Be16(connection.client_port),
      .virtual_port = Be16(connection.virtual_port),
      .server_port = Be16(connection.server_port),
      .firewall_mark = Be32(connection.firewall_mark),
      .timeout = Be32(connection.timeout)};
  std::size_t to = length_ + sizeof(EntryHeader);
  for (const IpAddress* address : {&connection.client, &connection.vip, &connection.server}) {
    write_address(room_.subspan(to, address_length(is_v6)), *address);
    to += address_length(is_v6);
  }
  length_ += length;
  ++count_;
  return true;
}

std::size_t SyncMessageBuilder::finish() {
  header_at<MessageHeader>(room_, 0) = {.reserved = 0,
                                        .sync_id = sync_id_,
                                        .size = Be16(static_cast<std::uint16_t>(length_)),
                                        .count = count_,
                                        .version = protocol_version,
                                        .spare = Be16(0)};
  return length_;
}

SyncMessageWriter::SyncMessageWriter(std::uint8_t sync_id, std::size_t capacity)
    : sync_id_(sync_id),
      room_(std::clamp<std::size_t>(capacity, least_capacity, UINT16_MAX)),
      builder_(sync_id, room_) {}

std::vector<std::uint8_t> SyncMessageWriter::finish() {
  const std::size_t length = builder_.finish();
  std::vector<std::uint8_t> done(room_.begin(),
                                 room_.begin() + static_cast<std::ptrdiff_t>(length));
  builder_ = SyncMessageBuilder(sync_id_, room_);
  return done;
}

std::optional<SyncFault> read_sync_message(
    std::span<const std::uint8_t> message, std::uint8_t sync_id,
    const std::function<void(const SyncedConnection&)>& on_connection) {
  if (message.size() < sizeof(MessageHeader)) return SyncFault::truncated;
  const auto& header = header_at<MessageHeader>(message, 0);
  if (header.size.value() != message.size()) return SyncFault::bad_length;
  if (sync_id != 0 && header.sync_id != sync_id) return SyncFault::other_id;
  if (header.version != protocol_version || header.reserved != 0 || header.spare.value() != 0)
    return SyncFault::bad_version;

  std::size_t at = sizeof(MessageHeader);
  for (unsigned i = 0; i < header.count; ++i) {
    if (at > message.size() || message.size() - at < sizeof(EntryHeader))
      return SyncFault::truncated;
    const auto& entry = header_at<EntryHeader>(message, at);
    const std::uint16_t field = entry.version_and_size.value();
    const std::size_t size = field & entry_size_mask;
    const std::size_t least = entry_length((entry.type & type_is_ipv6) != 0);
    if (field >> entry_version_shift != 0 || size < least) return SyncFault::bad_entry;
    if (message.size() - at < size) return SyncFault::truncated;
    if (!are_options(message.subspan(at + least, size - least))) return SyncFault::bad_entry;
    if (is_direct_routing(entry)) {
      const SyncedConnection connection = read_entry(message.subspan(at, least));
      if (!is_sound(connection)) return SyncFault::bad_entry;
      on_connection(connection);
    }
    at += padded(size);
  }
  return std::nullopt;
}

std::string_view name(SyncFault fault) {
  switch (fault) {
    case SyncFault::truncated:
      return "truncated";
    case SyncFault::bad_length:
      return "bad_length";
    case SyncFault::other_id:
      return "other_id";
    case SyncFault::bad_version:
      return "bad_version";
    case SyncFault::bad_entry:
      break;
  }
  return "bad_entry";
}

}  // namespace drover::failover
