// SPDX-License-Identifier: BSD-3-Clause
// Small integers that name things; ids of different kinds do not convert into each other.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace drover {

template <class Tag, class Representation = std::uint32_t>
class StrongId {
 public:
  constexpr StrongId() = default;
  constexpr explicit StrongId(Representation value) : value_(value) {}
  constexpr Representation value() const { return value_; }
  friend constexpr auto operator<=>(StrongId, StrongId) = default;

 private:
  Representation value_ = 0;
};

// A VIP and a protocol; part of a connection's key, so it keeps its meaning across reloads.
using VipId = StrongId<struct VipTag, std::uint16_t>;
// A real server of one virtual service; keeps its meaning across reloads while a connection uses
// it.
using DestinationId = StrongId<struct DestinationTag, std::uint32_t>;
// A group of clients' templates: those of a virtual service, or of all ports of a service.
using PersistenceId = StrongId<struct PersistenceTag>;
// Index of a port in the configuration's `ports`.
using PortId = StrongId<struct PortTag, std::uint8_t>;
// A port and a VLAN there by which frames leave to real servers.
using EgressId = StrongId<struct EgressTag, std::uint8_t>;
// Index of a worker, from 0.
using WorkerId = StrongId<struct WorkerTag, std::uint16_t>;

}  // namespace drover

template <class Tag, class Representation>
struct std::hash<drover::StrongId<Tag, Representation>> {
  std::size_t operator()(drover::StrongId<Tag, Representation> id) const noexcept {
    return std::hash<Representation>{}(id.value());
  }
};
