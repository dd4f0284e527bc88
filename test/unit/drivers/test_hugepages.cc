// SPDX-License-Identifier: BSD-3-Clause
// The af_xdp driver with its frames on 2 MB pages, which the test reserves and gives back. The
// pages are the machine's and others may take them at any time, so nothing here counts them: what
// shows is what the process itself has, and where a test has not got its pages, it says so.
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "drivers/hugepages.h"
#include "test/unit/catch.h"
#include "test/unit/drivers/lab.h"
#include "test/unit/temporary_directory.h"

namespace drover::test {
namespace {

// By scripts/hugepages, which keeps each holder's apart.
class ReservedPages {
 public:
  ReservedPages() { run(script() + " reserve " + holder_ + " 40"); }
  ReservedPages(const ReservedPages&) = delete;
  ReservedPages& operator=(const ReservedPages&) = delete;
  ~ReservedPages() { run(script() + " release " + holder_); }

 private:
  static std::string script() {
    const char* path = std::getenv("HUGEPAGES");
    if (path == nullptr) throw std::runtime_error("HUGEPAGES names scripts/hugepages");
    return path;
  }
  std::string holder_ = "test-" + std::to_string(getpid());
};

// Whether a port that does not run on hugepages has the excuse that there are too few.
bool are_too_few() {
  const bool result = read_hugepages().free_megabytes < 40;
  if (result) std::cout << "SKIPPED hugepages: too few are to be had" << std::endl;
  return result;
}

// To this process and its children no hugepage is free from now on.
class NoneFree {
 public:
  NoneFree() {
    REQUIRE(unshare(CLONE_NEWNS) == 0);
    REQUIRE(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
    const std::string none = (directory_.path() / "free_hugepages").string();
    std::ofstream(none) << "0\n";
    for (const auto& size : std::filesystem::directory_iterator("/sys/kernel/mm/hugepages")) {
      mounted_.push_back(size.path() / "free_hugepages");
      REQUIRE(mount(none.c_str(), mounted_.back().c_str(), nullptr, MS_BIND, nullptr) == 0);
    }
  }
  NoneFree(const NoneFree&) = delete;
  NoneFree& operator=(const NoneFree&) = delete;
  ~NoneFree() {
    for (const auto& path : mounted_) umount(path.c_str());
  }

 private:
  TemporaryDirectory directory_;
  std::vector<std::filesystem::path> mounted_;
};

// Kilobytes of hugepages that a process has.
std::uint64_t hugepage_kilobytes(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("HugetlbPages:")) return std::stoull(line.substr(13));
  return 0;
}

// The files on hugepages that would outlive the process.
std::string kept_files(pid_t process) {
  std::ifstream maps("/proc/" + std::to_string(process) + "/smaps");
  std::string kept;
  std::string file;
  for (std::string line; std::getline(maps, line);) {
    if (line.find('/') != std::string::npos) file = line;
    const bool is_huge =
        line.starts_with("VmFlags:") && (line + " ").find(" ht ") != std::string::npos;
    if (is_huge && !file.ends_with("(deleted)")) kept += file + "\n";
  }
  return kept;
}

const std::vector<std::string> arguments = {"af_xdp", "port0", "front", "-", "192.0.2.10"};

const std::string frame =
    "020000000001020000000002"
    "0800450000200000000040fd0000c0000201c000020a0102030405060708090a0b0c";

}  // namespace

TEST_CASE("af_xdp runs on hugepages, which end with it", "[hugepages]") {
  const ReservedPages reserved;
  const Lab lab;
  PortRun port(lab.balancer, arguments);
  const std::string ready = port.expect("ready");
  if (ready.find("hugepages true") == std::string::npos && are_too_few()) return;
  CHECK(ready.find("hugepages true") != std::string::npos);
  CHECK(hugepage_kilobytes(port.process()) >= 8 * 2'048);
  CHECK(kept_files(port.process()).empty());
  // More than the pool holds, one after the other through all of its frames.
  for (int round = 0; round < 20; ++round) {
    lab.flood(frame + std::string(400, '0'), 1'000);
    CHECK(arrives(lab, port, frame));
  }
  port.tell("stats");
  const std::string stats = port.expect("stats");
  INFO(stats);
  CHECK(stats.ends_with("free 6144"));
  CHECK(port.stop() == 0);
}

TEST_CASE("the MTU is judged by the room that a frame has on hugepages", "[hugepages]") {
  const ReservedPages reserved;
  const Lab lab;
  run("ip -n " + lab.balancer.name() + " link set mtu 2000 dev port0");
  const std::string error =
      PortRun(lab.balancer, arguments).expect("error:", std::chrono::seconds(3));
  if (error.empty() && are_too_few()) return;
  CHECK(
      error ==
      "error: port0: its MTU of 2000 is more than af_xdp carries; ip link set dev port0 mtu 1770");
  CHECK(lab.xdp().empty());
}

TEST_CASE("af_xdp runs without hugepages where too few are free", "[hugepages]") {
  const NoneFree none;
  const Lab lab;
  PortRun port(lab.balancer, arguments);
  CHECK(port.expect("ready").find("hugepages false") != std::string::npos);
  CHECK(hugepage_kilobytes(port.process()) == 0);
  CHECK(arrives(lab, port, frame));
  CHECK(port.stop() == 0);
}

}  // namespace drover::test
