// SPDX-License-Identifier: BSD-3-Clause
// Gives out the ids that connections hold. The same thing always gets the same id, but for servers
// that were retired in between.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "lib/base/strong_id.h"
#include "lib/config/config.h"
#include "lib/flow/connection.h"
#include "lib/net/address.h"

namespace drover::control {

// A VIP, a protocol and a port.
struct ServiceKey {
  IpAddress address;
  config::Protocol protocol = config::Protocol::tcp;
  std::uint16_t port = 0;
  friend auto operator<=>(const ServiceKey&, const ServiceKey&) = default;
};

class IdRegistry {
 public:
  static constexpr std::size_t most_vips = std::size_t{1} << flow::vip_bits;
  static constexpr std::size_t most_destinations = std::size_t{1} << flow::destination_bits;

  // None when all ids are given out.
  std::optional<VipId> vip(const IpAddress& address, config::Protocol protocol) {
    return look_up<most_vips>(vips_, {address, protocol, 0});
  }
  std::optional<DestinationId> destination(const ServiceKey& service, const IpAddress& server) {
    const DestinationKey key{service, server};
    if (const auto known = destinations_.find(key); known != destinations_.end())
      return known->second;
    if (!free_.empty()) {
      const DestinationId id = free_.back();
      free_.pop_back();
      destinations_.emplace(key, id);
      return id;
    }
    if (destination_count_ == most_destinations) return std::nullopt;
    const DestinationId id(static_cast<std::uint32_t>(destination_count_++));
    destinations_.emplace(key, id);
    return id;
  }
  // When this server comes back, it gets another id.
  void retire(const ServiceKey& service, const IpAddress& server) {
    destinations_.erase({service, server});
  }
  // Nothing holds the id of a retired server any more.
  void free(DestinationId id) { free_.push_back(id); }
  // One more than the largest that was given out.
  std::size_t destination_count() const { return destination_count_; }

 private:
  struct DestinationKey {
    ServiceKey service;
    IpAddress server;
    friend auto operator<=>(const DestinationKey&, const DestinationKey&) = default;
  };

  template <std::size_t most, class Key, class Id>
  static std::optional<Id> look_up(std::map<Key, Id>& ids, const Key& key) {
    if (const auto known = ids.find(key); known != ids.end()) return known->second;
    if (ids.size() == most) return std::nullopt;
    const Id id(static_cast<decltype(Id().value())>(ids.size()));
    ids.emplace(key, id);
    return id;
  }

  std::map<ServiceKey, VipId> vips_;  // port 0
  std::map<DestinationKey, DestinationId> destinations_;
  std::size_t destination_count_ = 0;
  std::vector<DestinationId> free_;
};

}  // namespace drover::control
