// SPDX-License-Identifier: BSD-3-Clause
// What one drover sends another by UDP: a header, a body and an HMAC-SHA256 over both. The body of
// `changes` and `table` is a message of IPVS's sync protocol (sync_message.h). Pure.
//
// Each thread that sends has a stream of its own, with its own sequence numbers: control the stream
// 0, which carries all but a part of the changes, and each worker another one. A hello tells how
// far the workers' streams are, so that a loss at their ends is noticed, too.
//
// A datagram carries the boot id of its sender and, as an echo, that of its receiver as the sender
// knows it. What is not a `hello` counts only when the echo is right: datagrams that were recorded
// before the receiver's last start say nothing to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "lib/failover/sync_key.h"

namespace drover::failover {

enum class SyncKind : std::uint8_t {
  hello = 1,  // once a second, and at once in answer to a boot id that is new
  changes,    // of connections, as they happen
  table,      // a part of the whole table
  table_end,  // the whole table has been sent
};

struct SyncHeader {
  SyncKind kind = SyncKind::hello;
  bool wants_table = false;    // hello: the sender has not got the receiver's whole table
  std::uint8_t stream = 0;     // of its sender
  std::uint64_t boot = 0;      // of the sender; another at every start, never 0
  std::uint64_t echo = 0;      // the receiver's; 0: not known
  std::uint64_t sequence = 0;  // counts the stream's datagrams to this receiver, from 1
  std::uint64_t services = 0;  // hash of the services' configuration
  friend bool operator==(const SyncHeader&, const SyncHeader&) = default;
};

inline constexpr std::size_t most_streams = 256;

// What a datagram has beyond its body, in bytes: before it, and in all.
inline constexpr std::size_t sync_header_length = 40;
inline constexpr std::size_t sync_overhead = 72;

std::vector<std::uint8_t> seal(const SyncHeader& header, std::span<const std::uint8_t> body,
                               const SyncKey& key);
// The same in place, around a body that lies at `sync_header_length`; `room` has it all. Returns
// the datagram's length. Any thread; allocates nothing.
std::size_t seal_in_place(const SyncHeader& header, std::span<std::uint8_t> room,
                          std::size_t body_length, const SyncKey& key);

// The body of a hello: the last sequence number to this receiver of each stream from 1 on.
std::vector<std::uint8_t> write_streams(std::span<const std::uint64_t> sequences);
// None: it is malformed.
std::optional<std::vector<std::uint64_t>> read_streams(std::span<const std::uint8_t> body);

enum class SealFault : std::uint8_t { malformed, other_version, not_authentic };

// "not_authentic".
std::string_view name(SealFault fault);

struct OpenedDatagram {
  SyncHeader header;
  std::span<const std::uint8_t> body;  // within the datagram
};

tl::expected<OpenedDatagram, SealFault> unseal(std::span<const std::uint8_t> datagram,
                                               const SyncKey& key);

}  // namespace drover::failover
