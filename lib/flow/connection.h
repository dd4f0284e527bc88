// SPDX-License-Identifier: BSD-3-Clause
// A connection as the table stores it: 16 bytes for IPv4, 32 for IPv6. All zero is an empty slot.
//
// The last 64-bit word, from its lowest bit:
//   packets 3 | flags 2 | destination 20 | VIP and protocol, plus one 14 | state 4 | expiry 19 |
//   flags 2
// A connection belongs to one worker, which alone reads and writes it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "lib/base/strong_id.h"
#include "lib/flow/connection_key.h"
#include "lib/flow/tcp_state.h"
#include "lib/flow/tick.h"

namespace drover::flow {

// Bits of a DestinationId in a connection.
inline constexpr unsigned destination_bits = 20;

template <class KeyType>
class Connection {
 public:
  using Key = KeyType;
  // `packets` counts up to here and stays.
  static constexpr unsigned most_packets = 7;
  // Connections that were seen in fewer packets are tentative (eviction.h).
  static constexpr unsigned solid_packets = 4;

  Connection() = default;
  // On its first packet.
  Connection(const Key& key, DestinationId destination, TcpState state, Tick expires)
      : key_(key.packed()),
        word_(vip_field.of(stored(key.vip)) | state_field.of(static_cast<std::uint64_t>(state)) |
              destination_field.of(destination.value()) | expires_field.of(expires.value()) |
              packets_field.of(1)) {}
  // As the other balancer has told it: no packet of it has come here.
  static Connection received(const Key& key, DestinationId destination, TcpState state,
                             Tick expires) {
    Connection connection(key, destination, state, expires);
    connection.put(packets_field, 0);
    return connection;
  }

  Key key() const {
    return Key::unpack(key_, VipId(static_cast<std::uint16_t>(vip_field.in(word_)-1)));
  }
  bool empty() const { return state_field.in(word_) == 0; }
  // The parts of its key; an empty slot is for no VIP.
  bool is_of(const typename Key::Packed& key) const {
    std::uint64_t difference = 0;
    for (std::size_t i = 0; i < key.size(); ++i) difference |= key_[i] ^ key[i];
    return difference == 0;
  }
  bool is_for(VipId vip) const { return vip_field.in(word_) == stored(vip); }

  DestinationId destination() const {
    return DestinationId(static_cast<std::uint32_t>(destination_field.in(word_)));
  }
  // The same times 32: where it is in an array of what has as many bytes.
  static constexpr std::size_t destination_stride = 32;
  std::size_t destination_offset() const { return word_ & destination_field.mask(); }
  void set_destination(DestinationId id) { put(destination_field, id.value()); }

  TcpState state() const { return static_cast<TcpState>(state_field.in(word_)); }
  Tick expires() const { return Tick(static_cast<std::uint32_t>(expires_field.in(word_))); }
  void set_expires(Tick expires) { put(expires_field, expires.value()); }
  // Of those that came here.
  unsigned packets() const { return static_cast<unsigned>(packets_field.in(word_)); }
  // Known from the other balancer only.
  bool is_received() const { return packets() == 0; }

  // A further packet. Writes memory only when that changes something: once a quarter second at most
  // in the steady state.
  void touch(TcpState state, Tick expires) {
    std::uint64_t word = word_ & ~(state_field.mask() | expires_field.mask());
    word |= state_field.of(static_cast<std::uint64_t>(state)) | expires_field.of(expires.value());
    if (const std::uint64_t packets = packets_field.in(word); packets != most_packets)
      word += packets_field.of(packets == 0 ? solid_packets : 1);
    if (word != word_) word_ = word | unsynced_field.mask();
  }
  // What a long known connection to this VIP in this state looks like to which a packet comes that
  // leaves it there: `expires` is what it gets by that.
  static constexpr std::uint64_t steady_word(VipId vip, TcpState state, Tick expires) {
    return steady_vip(vip) + steady_state(state, expires);
  }
  // Its two parts.
  static constexpr std::uint64_t steady_vip(VipId vip) { return vip_field.of(stored(vip)); }
  static constexpr std::uint64_t steady_state(TcpState state, Tick expires) {
    return state_field.of(static_cast<std::uint64_t>(state)) | expires_field.of(expires.value()) |
           packets_field.of(most_packets);
  }
  // touch() would change nothing.
  bool is_steady(std::uint64_t steady) const {
    return ((word_ ^ steady) & (vip_field.mask() | state_field.mask() | expires_field.mask() |
                                packets_field.mask())) == 0;
  }
  // It has the VIP and the state of such a connection.
  bool is_like(std::uint64_t steady) const {
    return ((word_ ^ steady) & (vip_field.mask() | state_field.mask())) == 0;
  }
  // What the other balancer tells of a connection that is known from it only.
  void renew(TcpState state, Tick expires) {
    put(state_field, static_cast<std::uint64_t>(state));
    put(expires_field, expires.value());
  }

  // Picked up in mid-stream, without its SYN; or received, and tentative with the other balancer.
  bool adopted() const { return adopted_field.in(word_) != 0; }
  void set_adopted(bool adopted) { put(adopted_field, adopted ? 1 : 0); }
  // The other balancer, if there is one, has not been told of the latest change.
  bool unsynced() const { return unsynced_field.in(word_) != 0; }
  void set_unsynced(bool unsynced) { put(unsynced_field, unsynced ? 1 : 0); }

  // Its server was chosen by a template of its client, which lives as long as it does.
  bool controlled() const { return controlled_field.in(word_) != 0; }
  void set_controlled(bool controlled) { put(controlled_field, controlled ? 1 : 0); }

  // One bit that belongs to the slot (of the bucket), whatever connection is in it or none.
  bool slot_bit() const { return slot_field.in(word_) != 0; }
  void set_slot_bit(bool bit) { put(slot_field, bit ? 1 : 0); }
  void clear() { assign({}); }
  void assign(Connection other) {
    key_ = other.key_;
    word_ = (other.word_ & ~slot_field.mask()) | (word_ & slot_field.mask());
  }

 private:
  struct Field {
    unsigned first;
    unsigned bits;

    constexpr std::uint64_t ones() const { return (std::uint64_t{1} << bits) - 1; }
    constexpr std::uint64_t mask() const { return ones() << first; }
    constexpr std::uint64_t of(std::uint64_t value) const { return (value & ones()) << first; }
    constexpr std::uint64_t in(std::uint64_t word) const { return (word >> first) & ones(); }
  };
  static constexpr Field packets_field{0, 3};
  static constexpr Field adopted_field{3, 1};
  static constexpr Field unsynced_field{4, 1};
  static constexpr Field destination_field{5, destination_bits};
  static constexpr Field vip_field{25, vip_bits};
  static constexpr Field state_field{39, tcp_state_bits};
  static constexpr Field expires_field{43, Tick::bits};
  static constexpr Field slot_field{62, 1};
  static constexpr Field controlled_field{63, 1};

  // Plus one, so that no key is that of an empty slot.
  static constexpr std::uint64_t stored(VipId vip) { return std::uint64_t{vip.value()} + 1; }
  void put(Field field, std::uint64_t value) { word_ = (word_ & ~field.mask()) | field.of(value); }

  typename Key::Packed key_{};
  std::uint64_t word_ = 0;
};

using ConnectionV4 = Connection<ConnectionKeyV4>;
using ConnectionV6 = Connection<ConnectionKeyV6>;
static_assert(sizeof(ConnectionV4) == 16 && std::is_trivially_copyable_v<ConnectionV4>);
static_assert(sizeof(ConnectionV6) == 32 && std::is_trivially_copyable_v<ConnectionV6>);

}  // namespace drover::flow
