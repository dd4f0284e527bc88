// SPDX-License-Identifier: BSD-3-Clause
// The af_xdp driver with its frames on 2 MB pages, which the test reserves and gives back.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

#include "drivers/hugepages.h"
#include "test/unit/catch.h"
#include "test/unit/drivers/lab.h"

namespace drover::test {
namespace {

constexpr const char* setting = "/proc/sys/vm/nr_hugepages";

class ReservedPages {
 public:
  explicit ReservedPages(unsigned more) {
    std::ifstream(setting) >> before_;
    std::ofstream(setting) << before_ + more;
  }
  ReservedPages(const ReservedPages&) = delete;
  ReservedPages& operator=(const ReservedPages&) = delete;
  ~ReservedPages() { std::ofstream(setting) << before_; }

 private:
  unsigned before_ = 0;
};

const std::vector<std::string> arguments = {"af_xdp", "port0", "front", "-", "192.0.2.10"};

const std::string frame =
    "020000000001020000000002"
    "0800450000200000000040fd0000c0000201c000020a0102030405060708090a0b0c";

}  // namespace

TEST_CASE("af_xdp runs on hugepages and gives them back, however it ends", "[hugepages]") {
  const std::uint64_t before = read_hugepages().free_megabytes;
  const ReservedPages reserved(40);
  const std::uint64_t free = read_hugepages().free_megabytes;
  if (free < before + 80) {
    std::cout << "SKIPPED hugepages: no 80 MB of them are to be had" << std::endl;
    std::exit(77);
  }
  const Lab lab;
  for (const bool killed : {false, true}) {
    PortRun port(lab.balancer, arguments);
    const std::string ready = port.expect("ready");
    CHECK(ready.find("hugepages true") != std::string::npos);
    CHECK(read_hugepages().free_megabytes < free);
    // More than the pool holds, one after the other through all of its frames.
    for (int round = 0; round < 20; ++round) {
      lab.flood(frame + std::string(400, '0'), 1'000);
      CHECK(arrives(lab, port, frame));
    }
    port.tell("stats");
    const std::string stats = port.expect("stats");
    INFO(stats);
    CHECK(stats.ends_with("free 6144"));
    if (killed) {
      port.kill();
    } else {
      CHECK(port.stop() == 0);
    }
    for (int tries = 0; tries < 100 && read_hugepages().free_megabytes < free; ++tries)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK(read_hugepages().free_megabytes == free);
  }
}

TEST_CASE("af_xdp runs without hugepages where too few are free", "[hugepages]") {
  if (read_hugepages().free_megabytes > 8) {
    std::cout << "SKIPPED too few hugepages: this machine has enough that are free" << std::endl;
    return;
  }
  const ReservedPages reserved(2);
  const Lab lab;
  PortRun port(lab.balancer, arguments);
  CHECK(port.expect("ready").find("hugepages false") != std::string::npos);
  CHECK(arrives(lab, port, frame));
  CHECK(port.stop() == 0);
}

TEST_CASE("the MTU is judged by the room that a frame has on hugepages", "[hugepages]") {
  const std::uint64_t before = read_hugepages().free_megabytes;
  const ReservedPages reserved(40);
  if (read_hugepages().free_megabytes < before + 80) {
    std::cout << "SKIPPED MTU on hugepages: no 80 MB of them are to be had" << std::endl;
    return;
  }
  const Lab lab;
  run("ip -n " + lab.balancer.name() + " link set mtu 2000 dev port0");
  CHECK(
      PortRun(lab.balancer, arguments).expect("error:") ==
      "error: port0: its MTU of 2000 is more than af_xdp carries; ip link set dev port0 mtu 1770");
  CHECK(lab.xdp().empty());
}

}  // namespace drover::test
