// SPDX-License-Identifier: BSD-3-Clause
#include "test/unit/control/network_namespace.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "lib/base/result.h"

namespace drover {
namespace {

constexpr int skipped = 77;

void run(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

[[noreturn]] void pause_as_child() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  while (true) ::pause();
}

// In a child: makes the namespaces and their first process, whose end ends all that runs there.
[[noreturn]] void hold_namespaces(int tell) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  pid_t first = -1;
  if (::unshare(CLONE_NEWNET | CLONE_NEWPID) == 0) first = ::fork();
  if (first == 0) pause_as_child();
  if (::write(tell, &first, sizeof first) == sizeof first && first > 0)
    while (true) ::pause();
  ::_exit(1);
}

}  // namespace

NetworkNamespace::NetworkNamespace(const std::string& test_name) {
  if (::unshare(CLONE_NEWNET) != 0) {
    std::fputs(fmt::format("SKIPPED {}: {}\n", test_name, errno_text(errno)).c_str(), stdout);
    std::fflush(stdout);
    ::_exit(skipped);
  }
  int told[2];
  if (::pipe2(told, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  holder_ = ::fork();
  if (holder_ == 0) hold_namespaces(told[1]);
  ::close(told[1]);
  const bool made = ::read(told[0], &other_, sizeof other_) == sizeof other_ && other_ > 0;
  ::close(told[0]);
  if (!made) throw std::runtime_error("unshare");
  here("ip link set lo up");
  connect();
}

void NetworkNamespace::connect() const {
  here(fmt::format("ip link add here0 type veth peer name there0 netns {}", other_));
  // Without duplicate address detection an address is there at once.
  here(
      "sysctl -qw net.ipv6.conf.here0.accept_dad=0; ip link set here0 up;"
      "ip address add 192.0.2.11/24 dev here0; ip address add 2001:db8::11/64 dev here0 nodad");
  there(
      "sysctl -qw net.ipv6.conf.there0.accept_dad=0 net.ipv4.conf.there0.arp_notify=0;"
      "ip link set there0 address 02:00:00:00:00:21; ip link set there0 up;"
      "ip address add 192.0.2.21/24 dev there0; ip address add 2001:db8::21/64 dev there0 nodad");
}

NetworkNamespace::~NetworkNamespace() {
  ::kill(holder_, SIGKILL);
  ::waitpid(holder_, nullptr, 0);
}

void NetworkNamespace::here(const std::string& command) const {
  run(command);
}

void NetworkNamespace::there(const std::string& command) const {
  run(fmt::format("nsenter --target {} --net --pid sh -c '{}'", other_, command));
}

}  // namespace drover
