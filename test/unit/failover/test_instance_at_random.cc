// SPDX-License-Identifier: BSD-3-Clause
// Three nodes on a wire that loses, repeats and damages frames at random, and on which nodes are
// started, stopped, frozen and told to yield at random. What must be true at every moment is; and
// when all is well again, there is one master.
#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include "lib/failover/instance.h"
#include "lib/failover/vrrp_frame.h"
#include "lib/net/wire.h"
#include "test/unit/catch.h"

namespace drover::failover {
namespace {

using namespace std::chrono_literals;
using TimePoint = Instance::TimePoint;

constexpr std::size_t frame_priority = sizeof(EthernetHeader) + sizeof(Ipv4Header) + 2;

struct Node {
  Instance instance;
  TimePoint said;  // its last advertisement, but for a parting one
  TimePoint frozen_until = {};
};

class Segment {
 public:
  explicit Segment(unsigned seed) : random_(seed) {
    constexpr std::array<std::chrono::microseconds, 3> intervals{10ms, 20ms, 100ms};
    for (std::uint8_t i = 0; i < 3; ++i) {
      InstanceSettings settings;
      settings.id = 51;
      const IpAddress own = Ipv4Address(0xc000020bU + i);
      settings.router = {
          .version = VrrpVersion::v3,
          .priority = static_cast<std::uint8_t>(i == 0 && chance(8) ? 255 : 100 + below(3)),
          .interval = intervals.at(below(3)),
          .preempts = chance(2),
          .preempt_delay = chance(3) ? 50ms : 0ms,
          .address = own};
      settings.paths = {{.port = 0, .own = own, .peers = {}}};
      settings.port_macs = {MacAddress({2, 0, 0, 0, 0, i})};
      nodes_.push_back({Instance(settings), now_});
      nodes_.back().instance.set_vips({{*IpAddress::parse("192.0.2.10"), {0}}}, now_);
    }
  }

  void play(int steps) {
    for (int step = 0; step < steps; ++step) {
      now_ += std::chrono::microseconds(below(chance(10) ? 60'000 : 4'000));
      Node& disturbed = nodes_.at(below(3));
      const Role before = disturbed.instance.router().role();
      if (now_ >= disturbed.frozen_until) disturb(disturbed);
      say(disturbed, before);
      for (Node& node : nodes_) turn(node, !chance(6));
      if (!history_.empty() && chance(4))
        hear(nodes_.at(below(3)), history_.at(below(history_.size())));
    }
  }

  // From now on all goes well; the one that is master then.
  const Node& settle() {
    is_well_ = true;
    for (Node& node : nodes_) {
      node.frozen_until = {};
      node.instance.set_ready(true);
      const Role before = node.instance.router().role();
      if (before == Role::stopped) node.instance.start(now_);
      say(node, before);
    }
    run_for(3s);
    const Node& master = only_master();
    for (int i = 0; i < 20; ++i) {
      run_for(50ms);
      CHECK(&only_master() == &master);
    }
    return master;
  }

 private:
  bool chance(std::uint32_t one_in) { return below(one_in) == 0; }
  std::uint32_t below(std::size_t bound) { return static_cast<std::uint32_t>(random_() % bound); }

  void disturb(Node& node) {
    switch (below(24)) {
      case 0:
        if (node.instance.router().role() == Role::stopped) node.instance.start(now_);
        return;
      case 1:
        return node.instance.stop(now_);
      case 2:
        return node.instance.yield(now_);
      case 3:
        return node.instance.set_ready(chance(2));
      case 4:
        return node.instance.set_priority(static_cast<std::uint8_t>(below(256)));
      case 5:
        node.frozen_until = now_ + std::chrono::milliseconds(below(400));
        return;
      default:
        return;
    }
  }

  void run_for(std::chrono::microseconds time) {
    for (const TimePoint end = now_ + time; now_ < end; now_ += 1ms)
      for (Node& node : nodes_) turn(node, true);
  }

  void turn(Node& node, bool can_forward) {
    if (now_ < node.frozen_until) return;
    const Role before = node.instance.router().role();
    node.instance.tick(now_, can_forward);
    check(node, before);
    say(node, before);
  }

  void check(const Node& node, Role before) {
    const Instance& instance = node.instance;
    const Role role = instance.router().role();
    if (role == Role::stopped) {
      CHECK(!instance.router().deadline());
    } else {
      CHECK(instance.router().deadline() > now_);
    }
    // Nobody else may have taken over from a master.
    if (role == Role::master) CHECK(now_ < instance.master_until());
    // A master that was frozen for longer does not go on as one.
    if (before == Role::master && now_ - node.said >= 3 * instance.settings().router.interval)
      CHECK(role != Role::master);
  }

  // What the node says goes to the others, or some of them.
  void say(Node& node, Role before) {
    const Role role = node.instance.router().role();
    for (const OutgoingFrame& frame : node.instance.take_advertisements()) {
      const std::uint8_t priority = frame.bytes.at(frame_priority);
      // A backup says nothing but that it leaves, or once more who it was.
      if (role != Role::master) CHECK(before == Role::master);
      if (role == Role::master) CHECK(priority == node.instance.router().priority());
      if (priority != 0) node.said = now_;
      history_.push_back(frame.bytes);
      for (Node& other : nodes_)
        if (&other != &node && (is_well_ || !chance(3))) hear(other, frame.bytes);
    }
    if (role != Role::master) CHECK(node.instance.take_announcements() == 0);
  }

  void hear(Node& node, std::vector<std::uint8_t> frame) {
    if (now_ < node.frozen_until) return;
    const bool is_damaged = !is_well_ && chance(4);
    if (is_damaged)
      frame.at(sizeof(EthernetHeader) + below(frame.size() - sizeof(EthernetHeader))) ^=
          static_cast<std::uint8_t>(1U << below(8));
    const Role before = node.instance.router().role();
    const auto deadline = node.instance.router().deadline();
    const auto datagram = std::span<const std::uint8_t>(frame).subspan(sizeof(EthernetHeader));
    const bool taken = node.instance.hear(0, datagram, MacAddress({2, 0, 0, 0, 0, 9}), now_,
                                          is_well_ || !chance(6));
    if (!taken) {
      CHECK(node.instance.router().role() == before);
      CHECK(node.instance.router().deadline() == deadline);
    }
    const auto frames = node.instance.take_advertisements();
    for (const OutgoingFrame& answer : frames) {
      CHECK(before == Role::master);
      if (answer.bytes.at(frame_priority) != 0) node.said = now_;
      history_.push_back(answer.bytes);
    }
    if (is_well_)
      for (const OutgoingFrame& answer : frames)
        for (Node& other : nodes_)
          if (&other != &node) hear(other, answer.bytes);
  }

  const Node& only_master() {
    const auto is_master = [](const Node& node) {
      return node.instance.router().role() == Role::master;
    };
    REQUIRE(std::ranges::count_if(nodes_, is_master) == 1);
    return *std::ranges::find_if(nodes_, is_master);
  }

  std::mt19937 random_;
  TimePoint now_{1'000s};
  std::vector<Node> nodes_;
  std::vector<std::vector<std::uint8_t>> history_;
  bool is_well_ = false;
};

}  // namespace

TEST_CASE("whatever happens on the wire, no backup speaks, and in the end there is one master") {
  for (unsigned seed = 1; seed <= 150; ++seed) {
    INFO("seed " << seed);
    Segment segment(seed);
    segment.play(600);
    segment.settle();
  }
}

TEST_CASE("any bytes at all change neither role nor timer, unless they are an advertisement") {
  std::mt19937 random(1);
  InstanceSettings settings;
  settings.paths = {{.port = 0, .own = *IpAddress::parse("192.0.2.11"), .peers = {}}};
  settings.port_macs = {MacAddress({2, 0, 0, 0, 0, 11})};
  Instance node(settings);
  const TimePoint now{1'000s};
  node.start(now);
  const auto deadline = node.router().deadline();
  for (int i = 0; i < 50'000; ++i) {
    std::vector<std::uint8_t> bytes(random() % 80);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    if (bytes.size() > 20) {
      bytes[0] = random() % 2 == 0 ? 0x45 : 0x60;
      bytes[9] = 112;
    }
    CHECK_FALSE(node.hear(0, bytes, MacAddress({2, 0, 0, 0, 0, 12}), now, true));
  }
  CHECK(node.router().role() == Role::backup);
  CHECK(node.router().deadline() == deadline);
  CHECK(node.take_advertisements().empty());
}

}  // namespace drover::failover
