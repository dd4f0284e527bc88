// SPDX-License-Identifier: BSD-3-Clause
// Runs one port for the tests, through the product's own classes, until its input ends.
//   port_run DRIVER DEVICE NAME HOST_ADDRESS|- VIP...
// Input:  "steer VIP...", "send HEX", "stats", "link", "idle" (empty bursts for 1 s).
// Output: "ready ...", "frame HEX" for each frame that is for a VIP, answers, "error: ...".
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <deque>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "drivers/eal.h"
#include "drivers/ethdev.h"
#include "drivers/host_interface.h"
#include "drivers/mempool.h"
#include "drivers/port_driver.h"
#include "lib/base/log.h"
#include "lib/net/wire.h"

namespace drover {
namespace {

void say(const std::string& line) {
  std::cout << line << std::endl;
}

std::vector<IpAddress> parse_all(std::istream& words) {
  std::vector<IpAddress> addresses;
  for (std::string word; words >> word;) addresses.push_back(IpAddress::parse(word).value());
  return addresses;
}

std::vector<std::byte> from_hex(const std::string& text) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(std::stoi(text.substr(i, 2), nullptr, 16)));
  return bytes;
}

class Run {
 public:
  Run(PortDriver& driver, Ethdev& ethdev, rte_mempool& pool, std::vector<IpAddress> vips)
      : driver_(driver), ethdev_(ethdev), pool_(pool), vips_(std::move(vips)) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    for (rte_mbuf* mbuf : held_) rte_pktmbuf_free(mbuf);
  }

  void loop() {
    for (bool open = true; open;) {
      receive();
      from_host();
      pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
      if (poll(&input, 1, 0) > 0) open = obey_input();
    }
  }

 private:
  bool obey_input() {
    std::array<char, 4096> text{};
    const ssize_t length = read(STDIN_FILENO, text.data(), text.size());
    if (length <= 0) return false;
    input_.append(text.data(), static_cast<std::size_t>(length));
    for (auto end = input_.find('\n'); end != std::string::npos; end = input_.find('\n')) {
      obey(input_.substr(0, end));
      input_.erase(0, end + 1);
    }
    return true;
  }

  void receive() {
    std::array<rte_mbuf*, 32> burst{};
    for (std::uint16_t queue = 0; queue < ethdev_.queues(); ++queue) {
      const std::uint16_t count =
          rte_eth_rx_burst(ethdev_.port(), queue, burst.data(), burst.size());
      for (std::uint16_t i = 0; i < count; ++i) take(burst[i]);
    }
  }

  void take(rte_mbuf* mbuf) {
    const std::span frame(rte_pktmbuf_mtod(mbuf, const std::byte*), rte_pktmbuf_pkt_len(mbuf));
    ++received_;
    if (driver_.host_interface() == nullptr || is_for_vip(frame)) {
      if (frame.size() < 200) say(fmt::format("frame {:02x}", fmt::join(frame, "")));
    } else {
      driver_.host_interface()->write(frame);
    }
    hold(mbuf);
  }

  // Frames go back to the pool late, so that every frame of it has its turn.
  void hold(rte_mbuf* mbuf) {
    constexpr std::size_t longest = 5500;
    held_.push_back(mbuf);
    if (held_.size() <= longest) return;
    rte_pktmbuf_free(held_.front());
    held_.pop_front();
  }

  bool is_for_vip(std::span<const std::byte> frame) const {
    if (frame.size() < 42) return false;
    const auto& ethernet = *reinterpret_cast<const EthernetHeader*>(frame.data());
    Be32 address{0};
    if (ethernet.type.value() == ether_type::arp)
      address = reinterpret_cast<const ArpMessage*>(&frame[14])->target_address;
    if (ethernet.type.value() == ether_type::ipv4)
      address = reinterpret_cast<const Ipv4Header*>(&frame[14])->destination;
    return std::find(vips_.begin(), vips_.end(), IpAddress(Ipv4Address(address))) != vips_.end();
  }

  void from_host() {
    if (driver_.host_interface() == nullptr) return;
    std::array<std::byte, 2048> frame;
    while (const auto length = driver_.host_interface()->read(frame)) send({frame.data(), *length});
  }

  void send(std::span<const std::byte> frame) {
    rte_mbuf* mbuf = rte_pktmbuf_alloc(&pool_);
    std::memcpy(rte_pktmbuf_append(mbuf, static_cast<std::uint16_t>(frame.size())), frame.data(),
                frame.size());
    if (rte_eth_tx_burst(ethdev_.port(), 0, &mbuf, 1) == 0) rte_pktmbuf_free(mbuf);
  }

  void obey(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    words >> verb;
    if (verb == "steer") {
      vips_ = parse_all(words);
      const auto done = driver_.steer(vips_);
      say(done ? "steered" : "error: " + to_string(done.error()));
    } else if (verb == "send") {
      std::string hex;
      words >> hex;
      send(from_hex(hex));
    } else if (verb == "link") {
      say(ethdev_.link_up() ? "link up" : "link down");
    } else if (verb == "stats") {
      const EthdevStats stats = ethdev_.stats();
      say(fmt::format(
          "stats rx {} tx {} missed {} rx_errors {} tx_errors {} no_mbuf {} seen {} "
          "free {}",
          stats.rx_packets, stats.tx_packets, stats.rx_missed, stats.rx_errors, stats.tx_errors,
          stats.rx_no_mbuf, received_, rte_mempool_avail_count(&pool_) + held_.size()));
    } else if (verb == "idle") {
      idle();
    } else if (verb == "sleep") {  // does not poll meanwhile
      unsigned milliseconds = 0;
      words >> milliseconds;
      usleep(milliseconds * 1000);
      say("slept");
    }
  }

  void idle() {
    using Clock = std::chrono::steady_clock;
    const auto begin = Clock::now();
    auto longest = Clock::duration::zero();
    unsigned bursts = 0;
    for (auto now = begin; now - begin < std::chrono::seconds(1); ++bursts) {
      receive();
      const auto after = Clock::now();
      longest = std::max(longest, after - now);
      now = after;
    }
    say(fmt::format("idle bursts {} longest_us {}", bursts,
                    std::chrono::duration_cast<std::chrono::microseconds>(longest).count()));
  }

  PortDriver& driver_;
  Ethdev& ethdev_;
  rte_mempool& pool_;
  std::vector<IpAddress> vips_;
  std::uint64_t received_ = 0;
  std::deque<rte_mbuf*> held_;
  std::string input_;  // a line that is not complete yet
};

Result<void> run(const std::vector<std::string>& words) {
  PortSettings settings;
  settings.driver = words[0] == "af_xdp" ? PortSettings::af_xdp
                    : words[0] == "pci"  ? PortSettings::pci
                                         : PortSettings::vdev;
  settings.device = words[1];
  settings.name = words[2];
  if (words[3] != "-") settings.host_addresses = {IpInterface::parse(words[3]).value()};
  std::vector<IpAddress> vips;
  for (std::size_t i = 4; i < words.size(); ++i) vips.push_back(IpAddress::parse(words[i]).value());

  std::unique_ptr<Eal> eal;  // goes last
  auto driver = make_port_driver(settings);
  if (auto fit = driver->check(); !fit) return fit;
  EalSettings eal_settings;
  eal_settings.pci = settings.driver == PortSettings::pci;
  eal_settings.port_arguments = driver->eal_arguments();
  constexpr unsigned frames_per_queue = 8'192;
  MempoolSettings frames{.frames = frames_per_queue, .hugepages = true, .pci = eal_settings.pci};
  eal_settings.megabytes = mempool_megabytes({.frames = frames_per_queue}) + 16;
  auto started = Eal::start(eal_settings);
  if (!started) return tl::unexpected(started.error());
  eal = std::move(*started);
  frames.hugepages = !eal->runs_without_hugepages();

  const auto pool = make_mempool(frames);
  if (!pool) return tl::unexpected(pool.error());
  struct CloseBefore {  // the pool's last user
    std::unique_ptr<PortDriver>& driver;
    ~CloseBefore() { driver.reset(); }
  } close{driver};
  if (auto probed = driver->probe(); !probed) return probed;
  EthdevSettings ethdev_settings;
  ethdev_settings.port = driver->ethdev_port();
  ethdev_settings.mempool = pool->get();
  auto ethdev = Ethdev::start(ethdev_settings);
  if (!ethdev) return tl::unexpected(ethdev.error());
  if (auto steered = driver->steer(vips); !steered) return steered;

  say(fmt::format("ready driver {} mac {} mtu {} queues {} multi_segment {} hugepages {} kernel {}",
                  (*ethdev)->driver(), to_string((*ethdev)->mac()), (*ethdev)->mtu(),
                  (*ethdev)->queues(), (*ethdev)->multi_segment_tx(), frames.hugepages,
                  driver->kernel_interface()));
  Run(*driver, **ethdev, **pool, vips).loop();
  ethdev->reset();
  return {};
}

}  // namespace
}  // namespace drover

int main(int argc, char** argv) {
  drover::log::start(std::getenv("PORT_RUN_DEBUG") != nullptr ? drover::log::Level::debug
                                                              : drover::log::Level::info);
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 4) return 2;
  const auto result = drover::run(words);
  if (result) return 0;
  drover::say("error: " + drover::to_string(result.error()));
  return 1;
}
