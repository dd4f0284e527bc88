// SPDX-License-Identifier: BSD-3-Clause
// IPVS's sync protocol, version 1: what Linux's sync daemon sends by UDP to 224.0.0.81, port 8848,
// and takes (net/netfilter/ipvs/ip_vs_sync.c describes it). The datagram's payload only. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "lib/net/address.h"

namespace drover::failover {

inline constexpr std::uint16_t sync_port = 8848;

// A connection or a persistence template, as IPVS says it. Ports are in host order.
struct SyncedConnection {
  std::uint8_t protocol = 0;  // of IP; 0 for a template of a firewall mark
  std::uint16_t state = 0;    // IPVS's number of the TCP state; of a template: 1 once it is assured
  IpAddress client;           // all three of one family
  IpAddress vip;
  IpAddress server;
  std::uint16_t client_port = 0;
  std::uint16_t virtual_port = 0;
  std::uint16_t server_port = 0;
  bool inactive = false;  // counts as InActConn
  bool is_template = false;
  bool tentative = false;  // drover's own: it has not carried data yet. IPVS passes it over
  std::uint32_t firewall_mark = 0;
  std::uint32_t timeout = 0;  // seconds from now on
  friend bool operator==(const SyncedConnection&, const SyncedConnection&) = default;
};

// Packs connections into one message, in place; allocates nothing.
class SyncMessageBuilder {
 public:
  // The message is to lie at the beginning of `room`.
  SyncMessageBuilder(std::uint8_t sync_id, std::span<std::uint8_t> room);

  // False when it has no room.
  bool add(const SyncedConnection& connection);
  unsigned count() const { return count_; }
  // Its length in bytes.
  std::size_t finish();

 private:
  std::uint8_t sync_id_;
  std::uint8_t count_ = 0;
  std::span<std::uint8_t> room_;
  std::size_t length_;
};

// Packs connections into messages of at most `capacity` bytes.
class SyncMessageWriter {
 public:
  static constexpr std::size_t least_capacity = 128;

  SyncMessageWriter(std::uint8_t sync_id, std::size_t capacity);

  // False when it has no room; finish() then, and add it again.
  bool add(const SyncedConnection& connection) { return builder_.add(connection); }
  bool empty() const { return builder_.count() == 0; }
  // The message; the writer is empty again.
  std::vector<std::uint8_t> finish();

 private:
  std::uint8_t sync_id_;
  std::vector<std::uint8_t> room_;
  SyncMessageBuilder builder_;
};

enum class SyncFault : std::uint8_t {
  truncated,
  bad_length,  // the message says another than it has
  other_id,    // of another group of directors
  bad_version,
  bad_entry,  // its length, options or addresses
};

// "bad_length".
std::string_view name(SyncFault fault);

// Calls `on_connection` for each entry that is sound, up to the first that is not; entries for
// other ways of forwarding than direct routing are passed over. `sync_id` 0 takes every group's
// messages.
std::optional<SyncFault> read_sync_message(
    std::span<const std::uint8_t> message, std::uint8_t sync_id,
    const std::function<void(const SyncedConnection&)>& on_connection);

}  // namespace drover::failover
