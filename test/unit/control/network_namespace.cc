// SPDX-License-Identifier: BSD-3-Clause
#include "test/unit/control/network_namespace.h"

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

// A child in a namespace of its own that does nothing but hold it.
pid_t hold_namespace() {
  int ready[2];
  if (::pipe(ready) != 0) throw std::runtime_error("pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const char result = ::unshare(CLONE_NEWNET) == 0 ? 'y' : 'n';
    if (::write(ready[1], &result, 1) == 1) ::pause();
    ::_exit(1);
  }
  char result = 0;
  if (::read(ready[0], &result, 1) != 1 || result != 'y') throw std::runtime_error("unshare");
  ::close(ready[0]);
  ::close(ready[1]);
  return child;
}

}  // namespace

NetworkNamespace::NetworkNamespace(const std::string& test_name) {
  if (::unshare(CLONE_NEWNET) != 0) {
    std::fputs(fmt::format("SKIPPED {}: {}\n", test_name, errno_text(errno)).c_str(), stdout);
    std::fflush(stdout);
    ::_exit(skipped);
  }
  other_ = hold_namespace();
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
  ::kill(other_, SIGKILL);
  ::waitpid(other_, nullptr, 0);
}

void NetworkNamespace::here(const std::string& command) const {
  run(command);
}

void NetworkNamespace::there(const std::string& command) const {
  run(fmt::format("nsenter --target {} --net sh -c '{}'", other_, command));
}

}  // namespace drover
