// SPDX-License-Identifier: BSD-3-Clause
#include "lib/failover/sync_datagram.h"

#include <algorithm>

#include "lib/base/byte_order.h"
#include "lib/net/header_at.h"

namespace drover::failover {
namespace {

using Be64 = BigEndian<std::uint64_t>;

constexpr std::uint32_t magic = 0x64726f76;  // "drov"
constexpr std::uint8_t protocol_version = 2;
constexpr std::uint8_t flag_wants_table = 0x01;

struct WireHeader {
  Be32 magic;
  std::uint8_t version;
  std::uint8_t kind;
  std::uint8_t flags;
  std::uint8_t stream;
  Be64 boot;
  Be64 echo;
  Be64 sequence;
  Be64 services;
};
static_assert(sizeof(WireHeader) == sync_header_length);
static_assert(sizeof(WireHeader) + sizeof(SyncKey::Digest) == sync_overhead);

bool is_kind(std::uint8_t kind) {
  return kind >= static_cast<std::uint8_t>(SyncKind::hello) &&
         kind <= static_cast<std::uint8_t>(SyncKind::table_end);
}

}  // namespace

std::size_t seal_in_place(const SyncHeader& header, std::span<std::uint8_t> room,
                          std::size_t body_length, const SyncKey& key) {
  header_at<WireHeader>(room, 0) = {
      .magic = Be32(magic),
      .version = protocol_version,
      .kind = static_cast<std::uint8_t>(header.kind),
      .flags = header.wants_table ? flag_wants_table : std::uint8_t{0},
      .stream = header.stream,
      .boot = Be64(header.boot),
      .echo = Be64(header.echo),
      .sequence = Be64(header.sequence),
      .services = Be64(header.services)};
  const std::size_t signed_length = sizeof(WireHeader) + body_length;
  std::ranges::copy(key.sign(room.first(signed_length)), room.subspan(signed_length).begin());
  return signed_length + sizeof(SyncKey::Digest);
}

std::vector<std::uint8_t> seal(const SyncHeader& header, std::span<const std::uint8_t> body,
                               const SyncKey& key) {
  std::vector<std::uint8_t> datagram(sync_overhead + body.size());
  std::ranges::copy(body, datagram.begin() + sizeof(WireHeader));
  seal_in_place(header, datagram, body.size(), key);
  return datagram;
}

std::vector<std::uint8_t> write_streams(std::span<const std::uint64_t> sequences) {
  std::vector<std::uint8_t> body(sequences.size() * sizeof(Be64));
  for (std::size_t i = 0; i < sequences.size(); ++i)
    header_at<Be64>(std::span(body), i * sizeof(Be64)) = Be64(sequences[i]);
  return body;
}

std::optional<std::vector<std::uint64_t>> read_streams(std::span<const std::uint8_t> body) {
  if (body.size() % sizeof(Be64) != 0 || body.size() / sizeof(Be64) >= most_streams)
    return std::nullopt;
  std::vector<std::uint64_t> sequences;
  for (std::size_t at = 0; at < body.size(); at += sizeof(Be64))
    sequences.push_back(header_at<Be64>(body, at).value());
  return sequences;
}

tl::expected<OpenedDatagram, SealFault> unseal(std::span<const std::uint8_t> datagram,
                                               const SyncKey& key) {
  if (datagram.size() < sync_overhead) return tl::unexpected(SealFault::malformed);
  const auto& wire = header_at<WireHeader>(datagram, 0);
  if (wire.magic.value() != magic) return tl::unexpected(SealFault::malformed);
  if (wire.version != protocol_version) return tl::unexpected(SealFault::other_version);
  const std::size_t signed_length = datagram.size() - sizeof(SyncKey::Digest);
  if (!key.verify(datagram.first(signed_length), datagram.subspan(signed_length)))
    return tl::unexpected(SealFault::not_authentic);
  if (!is_kind(wire.kind) || wire.boot.value() == 0) return tl::unexpected(SealFault::malformed);
  return OpenedDatagram{
      .header = {.kind = static_cast<SyncKind>(wire.kind),
                 .wants_table = (wire.flags & flag_wants_table) != 0,
                 .stream = wire.stream,
                 .boot = wire.boot.value(),
                 .echo = wire.echo.value(),
                 .sequence = wire.sequence.value(),
                 .services = wire.services.value()},
      .body = datagram.subspan(sizeof(WireHeader), signed_length - sizeof(WireHeader))};
}

std::string_view name(SealFault fault) {
  switch (fault) {
    case SealFault::malformed:
      return "malformed";
    case SealFault::other_version:
      return "other_version";
    case SealFault::not_authentic:
      break;
  }
  return "not_authentic";
}

}  // namespace drover::failover
