// SPDX-License-Identifier: BSD-3-Clause
// Instances that hear each other's frames over a wire that can be cut, while a clock is moved.
#include "lib/failover/instance.h"

#include <algorithm>

#include "lib/failover/vrrp_frame.h"
#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"
#include "test/unit/catch.h"

namespace drover::failover {
namespace {

using namespace std::chrono_literals;
using TimePoint = Instance::TimePoint;

constexpr TimePoint t0{1'000s};
const IpAddress vip = *IpAddress::parse("192.0.2.10");
const IpAddress lb1 = *IpAddress::parse("192.0.2.11");
const IpAddress lb2 = *IpAddress::parse("192.0.2.12");
const MacAddress mac1({2, 0, 0, 0, 0, 11});
const MacAddress mac2({2, 0, 0, 0, 0, 12});

InstanceSettings settings_of(const IpAddress& own, const MacAddress& mac, std::uint8_t priority) {
  InstanceSettings settings;
  settings.id = 51;
  settings.router = {.version = VrrpVersion::v3,
                     .priority = priority,
                     .interval = 10ms,
                     .preempts = false,
                     .preempt_delay = 0s,
                     .address = own};
  settings.paths = {{.port = 0, .own = own, .peers = {}}};
  settings.port_macs = {mac, mac};
  return settings;
}

std::span<const std::uint8_t> datagram_of(const OutgoingFrame& frame) {
  return std::span(frame.bytes).subspan(sizeof(EthernetHeader));
}

MacAddress source_of(const OutgoingFrame& frame) {
  MacAddress::Bytes source;
  std::copy_n(frame.bytes.begin() + 6, source.size(), source.begin());
  return MacAddress(source);
}

// Two nodes, port by port on one wire each.
class Wire {
 public:
  Wire(InstanceSettings first, InstanceSettings second)
      : nodes{Instance(std::move(first)), Instance(std::move(second))} {
    for (Instance& node : nodes) node.set_vips({{vip, {0}}}, now);
  }

  void start() {
    for (Instance& node : nodes) node.start(now);
  }

  // To that moment, with every deadline on the way.
  void run_to(TimePoint end) {
    while (true) {
      TimePoint next = end;
      for (const Instance& node : nodes)
        if (&node != stopped && node.deadline()) next = std::min(next, *node.deadline());
      if (next >= end) break;
      now = std::max(now, next);
      for (Instance& node : nodes)
        if (&node != stopped) node.tick(now, true);
      deliver();
    }
    now = end;
  }
  void run_for(std::chrono::microseconds time) { run_to(now + time); }

  void deliver() {
    for (std::size_t from = 0; from < 2; ++from)
      for (const OutgoingFrame& frame : nodes[from].take_advertisements())
        if (!cut.at(frame.port) && &nodes[1 - from] != stopped)
          for (std::size_t path = 0; path < nodes[1 - from].settings().paths.size(); ++path)
            if (nodes[1 - from].settings().paths[path].port == frame.port)
              nodes[1 - from].hear(path, datagram_of(frame), source_of(frame), now, true);
  }

  Role role(std::size_t node) const { return nodes[node].router().role(); }

  TimePoint now = t0;
  std::array<Instance, 2> nodes;
  std::array<bool, 2> cut{false, false};
  const Instance* stopped = nullptr;
};

Wire pair(std::uint8_t first = 200, std::uint8_t second = 100) {
  return {settings_of(lb1, mac1, first), settings_of(lb2, mac2, second)};
}

unsigned count(const std::vector<Occurrence>& occurrences, Occurrence::Kind kind) {
  return static_cast<unsigned>(std::ranges::count(occurrences, kind, &Occurrence::kind));
}

TEST_CASE("of two that start together the one of higher priority is master") {
  Wire wire = pair();
  wire.start();
  wire.run_for(100ms);
  CHECK(wire.role(0) == Role::master);
  CHECK(wire.role(1) == Role::backup);
  CHECK(wire.nodes[1].peers().list().at(0).address == lb1);
  CHECK(wire.nodes[1].peers().list().at(0).mac == mac1);
  CHECK(wire.nodes[1].peers().list().at(0).priority == 200);
}

TEST_CASE("with equal priorities there is one master, whoever starts first") {
  Wire wire = pair(100, 100);
  wire.start();
  wire.run_for(200ms);
  CHECK((wire.role(0) == Role::master) != (wire.role(1) == Role::master));
  Wire later = pair(100, 100);
  later.nodes[0].start(later.now);
  later.run_for(17ms);
  later.nodes[1].start(later.now);
  later.run_for(200ms);
  CHECK(later.role(0) == Role::master);
  CHECK(later.role(1) == Role::backup);
}

TEST_CASE("a killed master is missed after three intervals and the skew") {
  Wire wire = pair();
  wire.start();
  wire.run_for(100ms);
  const TimePoint last = wire.nodes[1].peers().list().at(0).heard;
  wire.stopped = &wire.nodes[0];
  const auto down = 30ms + 10ms * (256 - 100) / 256;
  wire.run_to(last + std::chrono::duration_cast<std::chrono::microseconds>(down) - 1us);
  CHECK(wire.role(1) == Role::backup);
  wire.run_for(100us);
  CHECK(wire.role(1) == Role::master);
  CHECK(wire.nodes[1].take_announcements() == 5);
}

TEST_CASE("split brain: two masters while the wire is cut, one as soon as it is healed") {
  Wire wire = pair();
  wire.start();
  wire.run_for(100ms);
  wire.cut[0] = true;
  wire.run_for(100ms);
  CHECK(wire.role(0) == Role::master);
  CHECK(wire.role(1) == Role::master);
  for (Instance& node : wire.nodes) {
    node.take_announcements();
    node.take_occurrences();
  }
  wire.cut[0] = false;
  wire.run_for(2s);
  CHECK(wire.role(0) == Role::master);
  CHECK(wire.role(1) == Role::backup);
  CHECK(wire.nodes[0].take_announcements() >= 5);
  CHECK(count(wire.nodes[0].take_occurrences(), Occurrence::Kind::second_master) >= 1);
  CHECK(wire.nodes[0].statistics().second_masters >= 1);
}

TEST_CASE("a peer that is heard on one of two paths is alive") {
  auto first = settings_of(lb1, mac1, 200);
  auto second = settings_of(lb2, mac2, 100);
  first.paths.push_back({.port = 1, .own = *IpAddress::parse("198.51.100.12"), .peers = {}});
  second.paths.push_back({.port = 1, .own = *IpAddress::parse("198.51.100.11"), .peers = {}});
  first.identities[*IpAddress::parse("198.51.100.11")] = lb2;
  second.identities[*IpAddress::parse("198.51.100.12")] = lb1;
  Wire wire(std::move(first), std::move(second));
  wire.start();
  wire.run_for(100ms);
  for (const std::size_t path : {0U, 1U}) {
    wire.cut = {path == 0, path == 1};
    wire.run_for(500ms);
    CHECK(wire.role(0) == Role::master);
    CHECK(wire.role(1) == Role::backup);
  }
  CHECK(wire.nodes[1].peers().list().size() == 2);
  wire.cut = {true, true};
  wire.run_for(100ms);
  CHECK(wire.role(1) == Role::master);
}

TEST_CASE("the addresses of another path are those of its node in a tie") {
  auto first = settings_of(lb1, mac1, 100);
  auto second = settings_of(lb2, mac2, 100);
  // Higher on the second path than lb2's, though lower on the first.
  first.paths = {{.port = 1, .own = *IpAddress::parse("198.51.100.12"), .peers = {}}};
  second.paths = {{.port = 1, .own = *IpAddress::parse("198.51.100.11"), .peers = {}}};
  first.identities[*IpAddress::parse("198.51.100.11")] = lb2;
  second.identities[*IpAddress::parse("198.51.100.12")] = lb1;
  Wire wire(std::move(first), std::move(second));
  wire.cut = {true, true};
  wire.start();
  wire.run_for(100ms);
  wire.cut = {false, false};
  wire.run_for(100ms);
  CHECK(wire.role(0) == Role::backup);
  CHECK(wire.role(1) == Role::master);
}

TEST_CASE("a node that goes on after having been stopped is backup, and says nothing") {
  Wire wire = pair();
  wire.start();
  wire.run_for(100ms);
  wire.stopped = &wire.nodes[0];
  const TimePoint then = wire.now;
  wire.run_for(5s);
  wire.stopped = nullptr;
  CHECK(wire.nodes[0].master_until() < then + 31ms);
  wire.nodes[0].take_advertisements();
  wire.nodes[0].tick(wire.now, true);
  CHECK(wire.role(0) == Role::backup);
  CHECK(wire.nodes[0].take_advertisements().empty());
  wire.run_for(1s);
  CHECK(wire.role(0) == Role::backup);  // of higher priority, but it does not preempt
  CHECK(wire.role(1) == Role::master);
}

TEST_CASE("mastership is given away by hand, and comes back by hand") {
  Wire wire = pair();
  wire.start();
  wire.run_for(100ms);
  wire.nodes[0].yield(wire.now);
  wire.deliver();
  wire.run_for(100ms);
  CHECK(wire.role(0) == Role::backup);
  CHECK(wire.role(1) == Role::master);
  wire.nodes[1].yield(wire.now);
  wire.deliver();
  wire.run_for(100ms);
  CHECK(wire.role(0) == Role::master);
}

TEST_CASE("unicast goes to the peers whose place is known, and only they are heard") {
  auto first = settings_of(lb1, mac1, 200);
  auto second = settings_of(lb2, mac2, 100);
  first.paths[0].peers = {lb2};
  second.paths[0].peers = {lb1};
  Wire wire(first, second);
  wire.start();
  wire.run_for(20ms);
  wire.nodes[0].tick(t0 + 40ms, true);
  CHECK(wire.nodes[0].statistics().unresolved >= 1);
  CHECK(wire.nodes[0].take_advertisements().empty());
  wire.nodes[0].set_peer_mac(lb2, mac2);
  wire.nodes[0].tick(t0 + 50ms, true);
  const auto frames = wire.nodes[0].take_advertisements();
  REQUIRE(frames.size() == 1);
  CHECK(std::equal(mac2.bytes().begin(), mac2.bytes().end(), frames[0].bytes.begin()));
  CHECK(wire.nodes[1].hear(0, datagram_of(frames[0]), mac1, t0 + 50ms, true));

  first.paths[0].own = first.router.address = *IpAddress::parse("192.0.2.99");
  Instance stranger(first);
  stranger.set_vips({{vip, {0}}}, t0);
  stranger.set_peer_mac(lb2, mac2);
  stranger.start(t0);
  stranger.tick(t0 + 40ms, true);
  const auto strange = stranger.take_advertisements();
  REQUIRE(strange.size() == 1);
  CHECK(!wire.nodes[1].hear(0, datagram_of(strange[0]), mac1, t0 + 50ms, true));
  CHECK(wire.nodes[1].statistics().discarded.at("not_a_peer") == 1);
}

TEST_CASE("what is not for this instance is counted by its reason") {
  Instance node(settings_of(lb2, mac2, 100));
  node.set_vips({{vip, {0}}}, t0);
  node.start(t0);
  const Advertisement good{.version = VrrpVersion::v3,
                           .router = 51,
                           .priority = 200,
                           .interval = 10ms,
                           .addresses = {vip}};
  const VrrpFrameHeader header{.source_mac = mac1,
                               .destination_mac = multicast_mac(vrrp_group(false)),
                               .endpoints = {lb1, vrrp_group(false)}};
  const auto hear = [&](const Advertisement& said, auto&& damage) {
    auto frame = write_vrrp_frame(header, said, ChecksumRule::rfc5798);
    damage(frame);
    return node.hear(0, std::span(frame).subspan(sizeof(EthernetHeader)), mac1, t0, true);
  };
  const auto unharmed = [](auto&) {};
  CHECK(hear(good, unharmed));
  Advertisement other = good;
  other.version = VrrpVersion::v2;
  other.interval = 1s;
  CHECK(!hear(other, unharmed));
  other = good;
  other.router = 52;
  CHECK(!hear(other, unharmed));
  CHECK(!hear(good, [](auto& frame) { frame.back() ^= 1; }));
  CHECK(!hear(good, [](auto& frame) {
    auto& ip = header_at<Ipv4Header>(std::span(frame), sizeof(EthernetHeader));
    ip.time_to_live = 254;
    ip.checksum = Be16(0);
    ip.checksum = ipv4_header_checksum(ip);
  }));
  CHECK(!hear(good, [](auto& frame) { frame.resize(30); }));
  CHECK(node.statistics().discarded ==
        std::map<std::string_view, std::uint64_t>{
            {"other_version", 1}, {"bad_checksum", 1}, {"hop_limit", 1}, {"malformed", 1}});
  CHECK(node.statistics().heard == 1);
}

TEST_CASE("version 2 wants the same interval") {
  auto settings = settings_of(lb2, mac2, 100);
  settings.router.version = VrrpVersion::v2;
  settings.router.interval = 1s;
  Instance node(settings);
  node.start(t0);
  Advertisement said{.version = VrrpVersion::v2,
                     .router = 51,
                     .priority = 200,
                     .interval = 1s,
                     .addresses = {vip}};
  const VrrpFrameHeader header{.source_mac = mac1,
                               .destination_mac = multicast_mac(vrrp_group(false)),
                               .endpoints = {lb1, vrrp_group(false)}};
  const auto hear = [&] {
    const auto frame = write_vrrp_frame(header, said, ChecksumRule::rfc5798);
    return node.hear(0, std::span(frame).subspan(sizeof(EthernetHeader)), mac1, t0, true);
  };
  CHECK(hear());
  said.interval = 2s;
  CHECK(!hear());
  CHECK(node.statistics().discarded.at("other_interval") == 1);
}

TEST_CASE("a master with other VIPs, or the other checksum, is told of once") {
  Wire wire = pair();
  wire.nodes[1].set_vips({{lb1, {0}}}, t0);
  wire.start();
  wire.run_for(1s);
  CHECK(count(wire.nodes[1].take_occurrences(), Occurrence::Kind::other_addresses) == 1);

  auto first = settings_of(lb1, mac1, 200);
  first.checksum = ChecksumRule::rfc9568;
  Wire mixed(first, settings_of(lb2, mac2, 100));
  mixed.start();
  mixed.run_for(1s);
  CHECK(mixed.role(1) == Role::backup);
  CHECK(count(mixed.nodes[1].take_occurrences(), Occurrence::Kind::other_checksum) == 1);
}

TEST_CASE("with a virtual MAC address heartbeats and announcements on the traffic's path have it") {
  auto settings = settings_of(lb1, mac1, 200);
  settings.has_virtual_mac = true;
  settings.paths.push_back({.port = 1, .own = *IpAddress::parse("198.51.100.11"), .peers = {}});
  Instance node(settings);
  node.set_vips({{vip, {0}}}, t0);
  node.start(t0);
  node.tick(*node.deadline(), true);
  const auto frames = node.take_advertisements();
  REQUIRE(frames.size() == 2);
  CHECK(source_of(frames[0]) == virtual_mac(51, false));
  CHECK(source_of(frames[1]) == mac1);
  CHECK(source_of(node.announcement_of({vip, {0}}).at(0)) == virtual_mac(51, false));
}

TEST_CASE("a master announces VIPs that it gets") {
  Instance node(settings_of(lb1, mac1, 200));
  node.start(t0);
  TimePoint now = *node.deadline();
  node.tick(now, true);
  CHECK(node.take_announcements() == 5);
  for (const TimePoint end = now + 2s; now < end; now += 10ms) node.tick(now, true);
  CHECK(node.take_announcements() == 0);
  node.set_vips({{vip, {0}}}, now);
  node.tick(now, true);
  CHECK(node.take_announcements() == 5);
}

}  // namespace
}  // namespace drover::failover
