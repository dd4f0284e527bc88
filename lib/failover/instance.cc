// SPDX-License-Identifier: BSD-3-Clause
#include "lib/failover/instance.h"

#include <algorithm>
#include <utility>

#include "lib/failover/vrrp_frame.h"

namespace drover::failover {
namespace {

std::string_view name(DatagramFault fault) {
  switch (fault) {
    case DatagramFault::hop_limit:
      return "hop_limit";
    case DatagramFault::not_for_us:
      return "not_for_us";
    case DatagramFault::not_a_peer:
      return "not_a_peer";
    case DatagramFault::none:
      break;
  }
  return "";
}

// A virtual router's (RFC 9568, 7.3): not the machine's own.
bool is_virtual(const MacAddress& mac) {
  const auto& bytes = mac.bytes();
  return bytes[0] == 0 && bytes[1] == 0 && bytes[2] == 0x5e && bytes[3] == 0;
}

}  // namespace

Instance::Instance(InstanceSettings settings)
    : settings_(std::move(settings)),
      router_(settings_.router),
      schedule_(settings_.announcements) {}

void Instance::start(TimePoint now) {
  obey(router_.start(now), now);
}

void Instance::stop(TimePoint now, Cause cause) {
  obey(router_.stop(now, cause), now);
}

void Instance::yield(TimePoint now) {
  obey(router_.yield(now), now);
}

void Instance::set_vips(std::vector<InstanceVip> vips, TimePoint now) {
  if (vips == vips_) return;
  vips_ = std::move(vips);
  told_of_addresses_ = false;
  if (router_.role() == Role::master) schedule_.start(now);
}

bool Instance::hear(std::size_t index, std::span<const std::uint8_t> bytes,
                    const MacAddress& source, TimePoint now, bool can_forward) {
  const InstancePath& path = settings_.paths[index];
  const auto datagram = read_vrrp_datagram(bytes);
  if (!datagram) return discard("malformed");
  const IpAddress& sender = datagram->endpoints.source;
  if (sender == path.own) return false;  // our own, that a switch sent back
  if (const auto fault = judge_datagram(*datagram, path.own, path.peers);
      fault != DatagramFault::none)
    return discard(name(fault));
  const auto parsed = parse_advertisement(datagram->message, datagram->endpoints);
  if (!parsed) return discard(failover::name(parsed.error()));
  const Advertisement& advertisement = parsed->advertisement;
  if (advertisement.router != settings_.id) return false;  // another virtual router's
  if (const auto reason = judge(advertisement)) return discard(*reason);
  ++statistics_.heard;
  note_peer(index, *parsed, sender, source, now);
  obey(router_.hear(advertisement, identity_of(sender), now, can_forward), now);
  return true;
}

bool Instance::discard(std::string_view reason) {
  ++statistics_.discarded[reason];
  return false;
}

// Why it is not for this instance.
std::optional<std::string_view> Instance::judge(const Advertisement& advertisement) const {
  if (advertisement.version != settings_.router.version) return "other_version";
  // RFC 3768, 7.1; version 3 learns it.
  if (advertisement.version == VrrpVersion::v2 &&
      advertisement.interval != settings_.router.interval)
    return "other_interval";
  return std::nullopt;
}

IpAddress Instance::identity_of(const IpAddress& sender) const {
  const auto known = settings_.identities.find(sender);
  return known == settings_.identities.end() ? sender : known->second;
}

void Instance::note_peer(std::size_t path, const ParsedAdvertisement& heard,
                         const IpAddress& sender, const MacAddress& source, TimePoint now) {
  HeartbeatPeer& peer = peers_.at(sender, path);
  if (peer.advertisements++ == 0)
    occurrences_.push_back({.kind = Occurrence::Kind::peer_appeared, .peer = sender, .path = path});
  peer.priority = heard.advertisement.priority;
  peer.interval = heard.advertisement.interval;
  peer.checksum = heard.rule;
  peer.heard = now;
  if (!is_virtual(source)) {
    peer.mac = source;
    // Of those that are named only: whoever is on the network can make others up.
    if (!settings_.paths[path].peers.empty()) peer_macs_.try_emplace(sender, source);
  }
  if (heard.rule && *heard.rule != settings_.checksum && !std::exchange(told_of_checksum_, true))
    occurrences_.push_back(
        {.kind = Occurrence::Kind::other_checksum, .peer = sender, .path = path});
  std::vector<IpAddress> theirs = heard.advertisement.addresses;
  std::vector<IpAddress> ours;
  for (const InstanceVip& vip : vips_) ours.push_back(vip.address);
  std::ranges::sort(theirs);
  std::ranges::sort(ours);
  if (theirs != ours && !std::exchange(told_of_addresses_, true))
    occurrences_.push_back(
        {.kind = Occurrence::Kind::other_addresses, .peer = sender, .path = path});
}

void Instance::tick(TimePoint now, bool can_forward) {
  obey(router_.tick(now, can_forward), now);
  announcements_due_ += schedule_.due(now);
}

std::optional<Instance::TimePoint> Instance::deadline() const {
  auto next = router_.deadline();
  if (const auto announcement = schedule_.deadline())
    next = std::min(next.value_or(*announcement), *announcement);
  return next;
}

void Instance::obey(const VirtualRouter::Actions& actions, TimePoint now) {
  if (actions.advertise) advertise(*actions.advertise, now);
  if (actions.changed) {
    occurrences_.push_back(
        {.kind = Occurrence::Kind::role, .role = router_.role(), .cause = router_.cause()});
    if (router_.role() != Role::master) {
      schedule_.stop();
      announcements_due_ = 0;
    }
  }
  if (actions.announce) {
    schedule_.start(now);
    announcements_due_ += schedule_.due(now);
  }
  if (actions.second_master) {
    ++statistics_.second_masters;
    occurrences_.push_back({.kind = Occurrence::Kind::second_master, .role = router_.role()});
  }
}

void Instance::advertise(std::uint8_t priority, TimePoint now) {
  if (priority != priority_of_leaving) last_advertised_ = now;
  Advertisement advertisement{.version = settings_.router.version,
                              .router = settings_.id,
                              .priority = priority,
                              .interval = settings_.router.interval,
                              .addresses = {}};
  for (const InstanceVip& vip : vips_) advertisement.addresses.push_back(vip.address);
  for (const InstancePath& path : settings_.paths) advertise_on(path, advertisement);
}

void Instance::advertise_on(const InstancePath& path, const Advertisement& advertisement) {
  const bool is_v6 = path.own.is_v6();
  // On a further path the virtual MAC address would be learnt where no VIP is.
  const bool carries_traffic = &path == &settings_.paths.front();
  const MacAddress source =
      carries_traffic ? mac_of_vips(path.port) : settings_.port_macs[path.port];
  const auto send = [&](const IpAddress& to, const MacAddress& mac) {
    advertisements_.push_back(
        {.port = path.port,
         .bytes = write_vrrp_frame({.source_mac = source,
                                    .destination_mac = mac,
                                    .endpoints = {.source = path.own, .destination = to}},
                                   advertisement, settings_.checksum)});
    ++statistics_.sent;
  };
  if (path.peers.empty()) {
    const IpAddress group = vrrp_group(is_v6);
    return send(group, multicast_mac(group));
  }
  for (const IpAddress& peer : path.peers)
    if (const auto mac = peer_macs_.find(peer); mac != peer_macs_.end())
      send(peer, mac->second);
    else
      ++statistics_.unresolved;
}

MacAddress Instance::mac_of_vips(std::size_t port) const {
  if (settings_.has_virtual_mac)
    return virtual_mac(settings_.id, settings_.paths.front().own.is_v6());
  return settings_.port_macs[port];
}

std::vector<OutgoingFrame> Instance::announcement_of(const InstanceVip& vip) const {
  std::vector<OutgoingFrame> frames;
  for (const std::size_t port : vip.ports)
    frames.push_back({.port = port, .bytes = write_announcement(vip.address, mac_of_vips(port))});
  return frames;
}

}  // namespace drover::failover
