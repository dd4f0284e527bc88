// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/mastership.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/config/failover_vips.h"
#include "lib/config/networks.h"
#include "lib/control/interface_view.h"
#include "lib/failover/vrrp_frame.h"

namespace drover::control {
namespace {

using failover::Instance;
using failover::Occurrence;
using failover::Role;

constexpr std::chrono::seconds second_master_pause{10};
constexpr std::chrono::milliseconds longest_flush{200};
constexpr std::chrono::milliseconds leave_check_period{2};
// After a peer is master: for its announcements to be heard, and what was on the way to us.
constexpr std::chrono::milliseconds after_successor{20};
constexpr std::chrono::milliseconds longest_leave{2'000};

std::vector<failover::InstanceVip> vips_of(const config::Config& config, std::size_t index) {
  std::vector<failover::InstanceVip> vips;
  for (const IpAddress& vip : config::vips_of_instance(config, index)) {
    const auto service = std::ranges::find(config.services, vip, &config::Service::address);
    vips.push_back({vip, config::vip_ports(config, *service)});
  }
  return vips;
}

// Until a backup has taken over, if there is one: its skew, which is less than an interval, of
// version 2 less than a second; and a while for it to be heard.
std::chrono::microseconds patience_with(const Instance& instance) {
  const auto skew = std::max(instance.settings().router.interval,
                             instance.settings().router.version == failover::VrrpVersion::v2
                                 ? std::chrono::microseconds(std::chrono::seconds(1))
                                 : std::chrono::microseconds(0));
  return std::min<std::chrono::microseconds>(skew + std::chrono::milliseconds(100), longest_leave);
}

bool is_link_local(const IpAddress& address) {
  const auto& bytes = address.v6().bytes();
  return bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80;
}

// Other nodes by the address that they have on the network of `own`.
std::map<IpAddress, IpAddress> identities_of(const config::Config& config,
                                             const std::vector<IpInterface>& own) {
  std::map<IpAddress, IpAddress> identities;
  for (std::size_t i = 0; i < config.nodes.size(); ++i) {
    if (config.node == i) continue;
    std::vector<IpInterface> theirs = config.nodes[i].addresses;
    theirs.insert(theirs.end(), config.nodes[i].port_addresses.begin(),
                  config.nodes[i].port_addresses.end());
    for (const IpInterface& ours : own)
      for (const IpInterface& identity : theirs)
        if (ours.contains(identity.address))
          for (const IpInterface& other : theirs)
            if (other.address.is_v6() == ours.address.is_v6())
              identities.try_emplace(other.address, identity.address);
  }
  return identities;
}

}  // namespace

Mastership::Mastership(boost::asio::io_context& loop, const Plant& plant, EventLog& events)
    : loop_(loop),
      plant_(plant),
      events_(events),
      virtual_macs_(plant, events),
      flush_deadline_(loop,
                      [this] {
                        if (const Done next = std::exchange(after_flush_, nullptr)) next();
                      }),
      leave_check_(loop, [this] { wait_for_successor(); }) {}

Result<void> Mastership::configure(const config::Config& config) {
  if (!config.failover) return {};
  const std::size_t count = heartbeat_ ? ids_.size() : config.failover->vrrp.size();
  vips_.resize(count);
  for (std::size_t i = 0; i < count; ++i) vips_[i] = vips_of(config, i);
  if (heartbeat_) {
    heartbeat_->with([this](std::vector<Instance>& instances, auto now) {
      for (std::size_t i = 0; i < instances.size(); ++i) instances[i].set_vips(vips_[i], now);
    });
  } else {
    std::vector<Instance> instances;
    for (std::size_t i = 0; i < count; ++i) {
      auto settings = settings_of(config, i);
      if (!settings) return tl::unexpected(settings.error());
      instances.emplace_back(std::move(*settings));
      instances.back().set_vips(vips_[i], Clock::now());
      ids_.push_back(config.failover->vrrp[i].id);
      leases_.push_back(std::make_shared<datapath::MastershipLease>());
      tenures_.push_back({.since = Clock::now()});
    }
    heartbeat_ = std::make_unique<Heartbeat>(plant_, std::move(instances), leases_, bell_);
    if (held_back_) hold_back(*held_back_);
  }
  roles_.clear();
  const auto made = this->instances();
  for (std::size_t i = 0; i < count; ++i) {
    MacAddress mac;
    if (made[i].settings().has_virtual_mac) {
      mac = made[i].mac_of_vips(0);
      receive(mac, i);
    }
    for (const failover::InstanceVip& vip : vips_[i])
      roles_[vip.address] = {.lease = leases_[i], .virtual_mac = mac};
  }
  return {};
}

Result<failover::InstanceSettings> Mastership::settings_of(const config::Config& config,
                                                           std::size_t index) {
  const config::VrrpInstance& from = config.failover->vrrp[index];
  const bool is_v6 = config::is_v6(config::family_of(config, from));
  const std::size_t port = config::port_of_instance(config, index);
  failover::InstanceSettings settings;
  settings.id = from.id;
  auto path = path_of(config, port, is_v6, from.peers);
  if (!path) return tl::unexpected(path.error());
  settings.paths.push_back(std::move(*path));
  if (from.second_path) {
    const auto second = config::port_named(config, from.second_path->port);
    path = path_of(config, *second, is_v6, from.second_path->peers);
    if (!path) return tl::unexpected(path.error());
    settings.paths.push_back(std::move(*path));
  }
  for (const PlantPort& each : plant_.ports) settings.port_macs.push_back(each.ethdev->mac());
  settings.router = {.version = from.version == config::VrrpVersion::v2 ? failover::VrrpVersion::v2
                                                                        : failover::VrrpVersion::v3,
                     .priority = config::priority_of_instance(config, from),
                     .interval = from.interval,
                     .preempts = from.preempt,
                     .preempt_delay = from.preempt_delay,
                     .address = settings.paths.front().own};
  settings.checksum = from.checksum == config::VrrpChecksum::rfc9568
                          ? failover::ChecksumRule::rfc9568
                          : failover::ChecksumRule::rfc5798;
  if (from.use_vmac)
    settings.has_virtual_mac = receive(failover::virtual_mac(from.id, is_v6), index);
  settings.announcements.refresh = from.announce_refresh;
  settings.identities = identities_of(config, config::addresses_of_port(config, port));
  return settings;
}

// On the ports of its VIPs.
bool Mastership::receive(const MacAddress& virtual_mac, std::size_t instance) {
  std::set<std::size_t> ports;
  for (const failover::InstanceVip& vip : vips_[instance])
    ports.insert(vip.ports.begin(), vip.ports.end());
  return virtual_macs_.receive(virtual_mac, ports);
}

// IPv6 advertisements come from the link-local address (RFC 9568, 5.1.2.1); to a peer that is
// named, from the one that the peer names.
Result<failover::InstancePath> Mastership::path_of(const config::Config& config, std::size_t port,
                                                   bool is_v6,
                                                   const std::vector<IpAddress>& peers) const {
  const std::string interface = plant_.ports[port].driver->kernel_interface();
  std::vector<IpInterface> candidates = config::addresses_of_port(config, port);
  const auto view = view_interfaces({interface}).at(interface);
  candidates.insert(candidates.end(), view.addresses.begin(), view.addresses.end());
  std::erase_if(candidates, [&](const IpInterface& each) { return each.address.is_v6() != is_v6; });
  if (is_v6)
    std::ranges::stable_partition(candidates, [&](const IpInterface& each) {
      return is_link_local(each.address) == peers.empty();
    });
  if (candidates.empty())
    return failure("failover",
                   fmt::format("the port {} has no {} address to send heartbeats from",
                               config.ports[port].name, is_v6 ? "IPv6" : "IPv4"),
                   fmt::format("give it one: ip address add ADDRESS/LENGTH dev {}", interface));
  failover::InstancePath path{.port = port, .own = candidates.front().address, .peers = peers};
  std::erase_if(path.peers, [&](const IpAddress& peer) {
    return std::ranges::find(candidates, peer, &IpInterface::address) != candidates.end();
  });
  if (path.peers.empty() && !peers.empty())
    return failure("failover", "all the peers named are this node's own addresses",
                   "name the other balancer's");
  return path;
}

Result<void> Mastership::start() {
  if (!heartbeat_) return {};
  rung_.emplace(loop_, FileDescriptor(dup(bell_.descriptor())), [this] { rung(); });
  return heartbeat_->start();
}

std::map<IpAddress, datapath::VipRole> Mastership::roles() const {
  return roles_;
}

bool Mastership::is_master_of(const IpAddress& vip) const {
  for (std::size_t i = 0; i < vips_.size(); ++i)
    if (std::ranges::find(vips_[i], vip, &failover::InstanceVip::address) != vips_[i].end())
      return tenures_[i].role == Role::master;
  return true;
}

bool Mastership::is_master_of_any() const {
  return !heartbeat_ || std::ranges::find(tenures_, Role::master, &Tenure::role) != tenures_.end();
}

void Mastership::hold_back(const std::string& reason) {
  held_back_ = reason;
  if (heartbeat_)
    heartbeat_->with([](std::vector<Instance>& instances, auto) {
      for (Instance& instance : instances) instance.set_ready(false);
    });
}

void Mastership::may_take_over() {
  held_back_.reset();
  if (heartbeat_)
    heartbeat_->with([](std::vector<Instance>& instances, auto) {
      for (Instance& instance : instances) instance.set_ready(true);
    });
}

Result<void> Mastership::yield(std::optional<std::uint8_t> id, const std::string& who) {
  if (!heartbeat_) return failure("failover", "there is no failover section in the file");
  const auto all = instances();
  std::vector<std::size_t> given;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (id && ids_[i] != *id) continue;
    if (all[i].router().role() != Role::master) continue;
    given.push_back(i);
  }
  if (id && std::ranges::find(ids_, *id) == ids_.end())
    return failure("failover", fmt::format("there is no vrrp instance {}", *id));
  if (given.empty()) return failure("failover", "this balancer is not master");
  for (const std::size_t i : given)
    events_.post(EventKind::takeover, log::Level::info, subject(i),
                 fmt::format("is given away ({})", who));
  flush_then([this, given] {
    heartbeat_->with([&given](std::vector<Instance>& instances, auto now) {
      for (const std::size_t i : given) instances[i].yield(now);
    });
  });
  return {};
}

void Mastership::flush_then(Done next) {
  if (!flush_) return next();
  after_flush_ = std::move(next);
  flush_deadline_.set(Clock::now() + longest_flush);
  flush_([this] { flush_deadline_.set(Clock::now()); });
}

void Mastership::leave(Done done) {
  if (!heartbeat_) return done();
  flush_then([this, done = std::move(done)]() mutable {
    after_leaving_ = std::move(done);
    left_ = Clock::now();
    leave_deadline_ = left_ + after_successor;
    heartbeat_->with([this](std::vector<Instance>& instances, auto now) {
      for (std::size_t i = 0; i < instances.size(); ++i) {
        if (instances[i].router().role() == Role::master) {
          left_as_master_.push_back(i);
          leave_deadline_ = std::max(leave_deadline_, left_ + patience_with(instances[i]));
        }
        instances[i].stop(now);
      }
    });
    wait_for_successor();
  });
}

// Until then what still comes for the VIPs is forwarded.
void Mastership::wait_for_successor() {
  const Clock::time_point now = Clock::now();
  const auto all = instances();
  const auto has_successor = [&](std::size_t i) {
    return std::ranges::any_of(all[i].peers().list(), [&](const failover::HeartbeatPeer& peer) {
      return peer.priority != failover::priority_of_leaving && peer.heard > left_;
    });
  };
  if (!succeeded_ && heartbeat_->has_sent_all() &&
      std::ranges::all_of(left_as_master_, has_successor))
    succeeded_ = now;
  const bool over = succeeded_ && now >= *succeeded_ + after_successor;
  if (!over && now < leave_deadline_) return leave_check_.set(now + leave_check_period);
  if (const Done done = std::exchange(after_leaving_, nullptr)) done();
}

void Mastership::end() {
  if (heartbeat_) heartbeat_->end();
}

void Mastership::found(const IpAddress& address, const MacAddress& mac) {
  if (!heartbeat_) return;
  heartbeat_->with([&](std::vector<Instance>& instances, auto) {
    for (Instance& instance : instances) instance.set_peer_mac(address, mac);
  });
}

void Mastership::set_tracked(std::size_t index, std::uint8_t priority, const std::string& fault) {
  if (!heartbeat_) return;
  const std::string before = std::exchange(tenures_[index].fault, fault);
  if (!fault.empty() && before.empty())
    events_.post(EventKind::takeover, log::Level::warning, subject(index), "gives up: " + fault);
  heartbeat_->with([&](std::vector<Instance>& instances, auto now) {
    Instance& instance = instances[index];
    instance.set_priority(priority);
    const bool is_stopped = instance.router().role() == Role::stopped;
    if (!fault.empty() && !is_stopped) instance.stop(now, failover::Cause::fault);
    if (fault.empty() && is_stopped && instance.router().cause() == failover::Cause::fault)
      instance.start(now);
  });
}

std::set<MacAddress> Mastership::balancer_macs() const {
  std::set<MacAddress> macs;
  for (const auto& [vip, role] : roles_)
    if (!role.virtual_mac.is_zero()) macs.insert(role.virtual_mac);
  for (const Instance& instance : instances()) {
    // Of a master with a virtual MAC address, too.
    macs.insert(failover::virtual_mac(instance.settings().id,
                                      instance.settings().paths.front().own.is_v6()));
    for (const failover::HeartbeatPeer& peer : instance.peers().list()) macs.insert(peer.mac);
  }
  return macs;
}

std::vector<Instance> Mastership::instances() const {
  if (!heartbeat_) return {};
  return heartbeat_->with([](std::vector<Instance>& instances, auto) { return instances; });
}

void Mastership::rung() {
  bell_.answer();
  const auto told = heartbeat_->with([](std::vector<Instance>& instances, auto) {
    std::vector<std::vector<Occurrence>> all;
    for (Instance& instance : instances) all.push_back(instance.take_occurrences());
    return all;
  });
  for (std::size_t i = 0; i < told.size(); ++i)
    for (const Occurrence& occurrence : told[i]) tell(i, occurrence);
}

std::string Mastership::subject(std::size_t instance) const {
  return fmt::format("vrrp {}", ids_[instance]);
}

void Mastership::tell(std::size_t index, const Occurrence& occurrence) {
  const auto post = [&](log::Level level, const std::string& text) {
    events_.post(EventKind::takeover, level, subject(index), text);
  };
  const std::string peer = to_string(occurrence.peer);
  switch (occurrence.kind) {
    case Occurrence::Kind::role:
      return tell_of_role(index, occurrence);
    case Occurrence::Kind::second_master:
      // Each of its advertisements is one; what is told once is enough for a while.
      if (Clock::now() - tenures_[index].second_master < second_master_pause) return;
      tenures_[index].second_master = Clock::now();
      return post(log::Level::warning,
                  occurrence.role == Role::master
                      ? "another balancer said that it is master, too; this one goes on as master"
                      : "another balancer said that it is master, too; this one gives way");
    case Occurrence::Kind::other_addresses:
      return post(log::Level::warning,
                  fmt::format("the VIPs that {} announces are not those of our file", peer));
    case Occurrence::Kind::other_checksum:
      return post(
          log::Level::info,
          fmt::format("the checksums of {} follow the other RFC than ours; both are taken", peer));
    case Occurrence::Kind::peer_appeared:
      return post(log::Level::info, fmt::format("the balancer {} is there", peer));
  }
}

void Mastership::tell_of_role(std::size_t index, const Occurrence& occurrence) {
  Tenure& tenure = tenures_[index];
  const bool counts = occurrence.role == Role::master || tenure.role == Role::master;
  tenure = {.role = occurrence.role,
            .cause = occurrence.cause,
            .since = Clock::now(),
            .transitions = tenure.transitions + (counts ? 1 : 0),
            .fault = tenure.fault,
            .second_master = tenure.second_master};
  events_.post(EventKind::takeover, log::Level::info, subject(index),
               fmt::format("is {}: {}", name(occurrence.role), describe(occurrence.cause)));
  if (changed_)
    changed_({.instance = index,
              .is_master = occurrence.role == Role::master,
              .reason = std::string(describe(occurrence.cause))});
}

}  // namespace drover::control
