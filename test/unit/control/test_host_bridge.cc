// SPDX-License-Identifier: BSD-3-Clause
// Frames between a worker's queues and a real tap: what finds no room is lost and counted, wakes
// nobody for ever, and keeps no mbuf.
#include <fmt/format.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <rte_mbuf.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <vector>

#include "drivers/host_interface.h"
#include "drivers/hotplug.h"
#include "drivers/unique_fd.h"
#include "lib/control/host_bridge.h"
#include "test/harness/ring_port.h"
#include "test/harness/test_eal.h"
#include "test/unit/catch.h"
#include "test/unit/control/network_namespace.h"

namespace drover::control {
namespace {

using test::frame_pool;
using test::frames_in_use;

constexpr const char* tap_name = "drover-bridge";

// A port that has a host interface and nothing else.
class TapOnly final : public PortDriver {
 public:
  TapOnly() {
    HostInterfaceSettings settings;
    settings.name = tap_name;
    auto made = HostInterface::create(settings);
    if (!made) throw std::runtime_error(to_string(made.error()));
    host_ = std::move(*made);
  }
  Result<void> check() override { return {}; }
  Result<void> probe() override { return {}; }
  std::uint16_t ethdev_port() const override { return 0; }
  std::string kernel_interface() const override { return tap_name; }
  HostInterface* host_interface() override { return host_.get(); }
  Result<void> steer(std::span<const IpAddress>) override { return {}; }
  Result<MacReception> receive_also(const MacAddress&) override { return MacReception::filtered; }

 private:
  std::unique_ptr<HostInterface> host_;
};

// One network for all cases: this process stays in it. Its kernel says nothing by itself.
const NetworkNamespace& network() {
  static const NetworkNamespace made("host bridge");
  static const bool silent = [] {
    made.here("sysctl -qw net.ipv6.conf.default.disable_ipv6=1");
    return true;
  }();
  REQUIRE(silent);
  return made;
}

class Fixture {
 public:
  explicit Fixture(std::uint16_t vlan = 0) {
    network();
    frame_pool();
    auto device = HotplugDevice::probe("front", "net_null0");
    REQUIRE(device);
    device_.emplace(std::move(*device));
    auto ethdev = Ethdev::start({.port = device_->port(), .mempool = frame_pool()});
    REQUIRE(ethdev);
    ethdev_ = std::move(*ethdev);
    driver_ = std::make_unique<TapOnly>();
    config_.vlan = vlan;
    plant_.ports = {{&config_, driver_.get(), ethdev_.get()}};
    plant_.workers = {{&crossing, nullptr, 0, 0}};
    plant_.mempool = frame_pool();
    bridge.emplace(loop, plant_);
    kernel_ = UniqueFd(socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = static_cast<int>(if_nametoindex(tap_name));
    REQUIRE(bind(kernel_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }

  static std::vector<std::uint8_t> frame(std::uint8_t number) {
    std::vector<std::uint8_t> bytes(60, number);
    bytes[12] = 0x88;  // the EtherType for experiments
    bytes[13] = 0xb5;
    return bytes;
  }

  // The kernel sends it through the host interface.
  void kernel_sends(const std::vector<std::uint8_t>& bytes) const {
    REQUIRE(send(kernel_.get(), bytes.data(), bytes.size(), 0) ==
            static_cast<ssize_t>(bytes.size()));
  }
  // The length of a frame that the kernel has got; 0: none.
  std::size_t kernel_got() const {
    std::array<std::byte, 2048> room;
    sockaddr_ll from{};
    for (socklen_t size = sizeof from;;) {
      const ssize_t length = recvfrom(kernel_.get(), room.data(), room.size(), 0,
                                      reinterpret_cast<sockaddr*>(&from), &size);
      if (length < 0) return 0;
      if (from.sll_pkttype != PACKET_OUTGOING) return static_cast<std::size_t>(length);
    }
  }

  // Turns the loop until it has nothing to do. A queue that nobody empties would never let it rest.
  bool rests() {
    for (int turn = 0; turn < 100; ++turn) {
      loop.restart();
      if (loop.poll() == 0) return true;
    }
    return false;
  }

  // What the worker would send.
  std::vector<test::Bytes> outbound() {
    std::vector<test::Bytes> frames;
    std::array<rte_mbuf*, 64> mbufs;
    for (unsigned count; (count = crossing.outbound.pop_some(mbufs)) > 0;)
      for (rte_mbuf* mbuf : std::span(mbufs).first(count)) {
        frames.push_back(test::bytes_of(mbuf));
        rte_pktmbuf_free(mbuf);
      }
    return frames;
  }

  // The worker hands a frame over for the kernel.
  void worker_gives(const std::vector<std::uint8_t>& bytes) {
    rte_mbuf* mbuf = test::make_frame(bytes);
    mbuf->port = ethdev_->port();
    REQUIRE(crossing.to_kernel.push(mbuf));
    bridge->drain_workers();
  }

  Doorbell doorbell;
  datapath::Crossing crossing{doorbell};
  boost::asio::io_context loop;
  std::optional<HostBridge> bridge;  // ends before its loop

 private:
  std::optional<HotplugDevice> device_;
  std::unique_ptr<Ethdev> ethdev_;
  std::unique_ptr<TapOnly> driver_;
  config::Port config_;
  Plant plant_;
  UniqueFd kernel_;
};

}  // namespace

TEST_CASE("a frame of the kernel's is given to the worker as it is", "[bridge]") {
  Fixture fixture;
  fixture.kernel_sends(Fixture::frame(1));
  fixture.kernel_sends(Fixture::frame(2));
  CHECK(fixture.rests());
  CHECK(fixture.outbound() == std::vector<test::Bytes>{Fixture::frame(1), Fixture::frame(2)});
  CHECK(fixture.bridge->dropped(0) == 0);
}

TEST_CASE("on a port in a VLAN it gets the tag", "[bridge]") {
  Fixture fixture(10);
  fixture.kernel_sends(Fixture::frame(1));
  CHECK(fixture.rests());
  const auto sent = fixture.outbound();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].size() == 64);
  CHECK(test::Bytes(sent[0].begin() + 12, sent[0].begin() + 16) == test::Bytes{0x81, 0, 0, 10});
}

TEST_CASE("without a free mbuf the kernel's frames are lost and counted", "[bridge]") {
  Fixture fixture;
  const unsigned in_use = frames_in_use();
  std::vector<rte_mbuf*> taken;
  while (rte_mbuf* mbuf = rte_pktmbuf_alloc(frame_pool())) taken.push_back(mbuf);
  for (std::uint8_t i = 0; i < 100; ++i) fixture.kernel_sends(Fixture::frame(i));
  CHECK(fixture.rests());
  CHECK(fixture.bridge->dropped(0) == 100);
  CHECK(fixture.outbound().empty());

  rte_pktmbuf_free_bulk(taken.data(), static_cast<unsigned>(taken.size()));
  fixture.kernel_sends(Fixture::frame(7));
  CHECK(fixture.rests());
  CHECK(fixture.outbound() == std::vector<test::Bytes>{Fixture::frame(7)});
  CHECK(fixture.bridge->dropped(0) == 100);
  CHECK(frames_in_use() == in_use);
}

TEST_CASE("what the worker's queue does not take is lost and counted", "[bridge]") {
  Fixture fixture;
  const unsigned in_use = frames_in_use();
  while (rte_mbuf* mbuf = test::make_frame(Fixture::frame(0))) {
    if (fixture.crossing.outbound.push(mbuf)) continue;
    rte_pktmbuf_free(mbuf);
    break;
  }
  for (std::uint8_t i = 0; i < 3; ++i) fixture.kernel_sends(Fixture::frame(i));
  CHECK(fixture.rests());
  CHECK(fixture.bridge->dropped(0) == 3);
  CHECK(fixture.outbound().size() == 1024);
  CHECK(frames_in_use() == in_use);
}

TEST_CASE("what the kernel does not take is lost and counted", "[bridge]") {
  Fixture fixture;
  const unsigned in_use = frames_in_use();
  fixture.worker_gives(Fixture::frame(1));
  CHECK(fixture.kernel_got() == 60);
  CHECK(fixture.bridge->dropped(0) == 0);
  network().here(fmt::format("ip link set {} down", tap_name));
  fixture.worker_gives(Fixture::frame(2));
  CHECK(fixture.kernel_got() == 0);
  CHECK(fixture.bridge->dropped(0) == 1);
  CHECK(frames_in_use() == in_use);
}

TEST_CASE("a host interface that somebody deletes lets the loop rest", "[bridge]") {
  Fixture fixture;
  network().here(fmt::format("ip link delete {}", tap_name));
  CHECK(fixture.rests());
  fixture.worker_gives(Fixture::frame(1));
  CHECK(fixture.bridge->dropped(0) == 1);
}

}  // namespace drover::control
