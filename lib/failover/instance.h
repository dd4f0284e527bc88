// SPDX-License-Identifier: BSD-3-Clause
// One VRRP instance of this node, from datagrams to frames: judges what comes in, lets the state
// machine decide, and writes what it wants said. Pure: time and datagrams come in, frames and
// occurrences are taken out.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/failover/advertisement.h"
#include "lib/failover/announcement.h"
#include "lib/failover/heartbeat_peer.h"
#include "lib/failover/virtual_router.h"
#include "lib/net/address.h"

namespace drover::failover {

// A way for heartbeats: a port with this node's address on its network.
struct InstancePath {
  std::size_t port = 0;
  IpAddress own;
  std::vector<IpAddress> peers;  // without `own`; empty: multicast
};

struct InstanceSettings {
  std::uint8_t id = 1;
  VirtualRouterSettings router;  // its address is that of the first path
  ChecksumRule checksum = ChecksumRule::rfc5798;
  bool has_virtual_mac = false;
  std::vector<InstancePath> paths;    // the first is the traffic's
  std::vector<MacAddress> port_macs;  // by port
  AnnouncementSettings announcements;
  // Other nodes' addresses, on whatever path, by the one that counts in a tie.
  std::map<IpAddress, IpAddress> identities;
};

// A VIP, and the ports on which it is announced.
struct InstanceVip {
  IpAddress address;
  std::vector<std::size_t> ports;
  friend bool operator==(const InstanceVip&, const InstanceVip&) = default;
};

struct OutgoingFrame {
  std::size_t port = 0;
  std::vector<std::uint8_t> bytes;  // without a tag
};

struct Occurrence {
  enum class Kind : std::uint8_t {
    role,             // see the role and its cause
    second_master,    // another node said that it is master, too
    other_addresses,  // the master's list of VIPs is not ours
    other_checksum,   // a peer's checksum follows the other rule than ours
    peer_appeared
  };
  Kind kind = Kind::role;
  Role role = Role::stopped;
  Cause cause = Cause::none;
  IpAddress peer = {};
  std::size_t path = 0;  // of Settings::paths
};

class Instance {
 public:
  using TimePoint = VirtualRouter::TimePoint;

  explicit Instance(InstanceSettings settings);

  void start(TimePoint now);
  void stop(TimePoint now, Cause cause = Cause::stopped);
  // Mastership to another by hand.
  void yield(TimePoint now);
  void set_priority(std::uint8_t priority) { router_.set_priority(priority); }
  void set_ready(bool ready) { router_.set_ready(ready); }
  // The VIPs from now on; new ones are announced by a master.
  void set_vips(std::vector<InstanceVip> vips, TimePoint now);
  // For unicast: where a peer is.
  void set_peer_mac(const IpAddress& peer, const MacAddress& mac) { peer_macs_[peer] = mac; }

  // From the IP header on, as it came by the path's port. True: it was an advertisement of a peer.
  bool hear(std::size_t path, std::span<const std::uint8_t> datagram, const MacAddress& source,
            TimePoint now, bool can_forward);
  // When deadline() has come.
  void tick(TimePoint now, bool can_forward);
  std::optional<TimePoint> deadline() const;

  // What is to be sent, in this order; they are taken out.
  std::vector<OutgoingFrame> take_advertisements() { return std::exchange(advertisements_, {}); }
  // How many times each VIP is to be announced now, before the next tick().
  unsigned take_announcements() { return std::exchange(announcements_due_, 0); }
  // One frame a port.
  std::vector<OutgoingFrame> announcement_of(const InstanceVip& vip) const;
  std::vector<Occurrence> take_occurrences() { return std::exchange(occurrences_, {}); }
  bool has_occurrences() const { return !occurrences_.empty(); }

  const InstanceSettings& settings() const { return settings_; }
  const VirtualRouter& router() const { return router_; }
  const std::vector<InstanceVip>& vips() const { return vips_; }
  MacAddress mac_of_vips(std::size_t port) const;
  // When another node may have taken over from this one, if it is master.
  TimePoint master_until() const { return last_advertised_ + 3 * settings_.router.interval; }

  struct Statistics {
    std::uint64_t sent = 0;  // advertisements; one a path and unicast peer
    std::uint64_t heard = 0;
    std::uint64_t unresolved = 0;  // not sent, as the peer's MAC address is not known
    std::uint64_t announcements = 0;
    std::uint64_t second_masters = 0;
    std::map<std::string_view, std::uint64_t> discarded;  // by the reason
  };
  const Statistics& statistics() const { return statistics_; }
  void count_announcements(std::uint64_t frames) { statistics_.announcements += frames; }
  const HeartbeatPeers& peers() const { return peers_; }

 private:
  bool discard(std::string_view reason);
  std::optional<std::string_view> judge(const Advertisement& advertisement) const;
  IpAddress identity_of(const IpAddress& sender) const;
  void note_peer(std::size_t path, const ParsedAdvertisement& heard, const IpAddress& sender,
                 const MacAddress& source, TimePoint now);
  void obey(const VirtualRouter::Actions& actions, TimePoint now);
  void advertise(std::uint8_t priority, TimePoint now);
  void advertise_on(const InstancePath& path, const Advertisement& advertisement);

  InstanceSettings settings_;
  VirtualRouter router_;
  AnnouncementSchedule schedule_;
  std::vector<InstanceVip> vips_;
  std::map<IpAddress, MacAddress> peer_macs_;
  HeartbeatPeers peers_;
  TimePoint last_advertised_;
  std::vector<OutgoingFrame> advertisements_;
  unsigned announcements_due_ = 0;
  std::vector<Occurrence> occurrences_;
  Statistics statistics_;
  bool told_of_addresses_ = false;
  bool told_of_checksum_ = false;
};

}  // namespace drover::failover
