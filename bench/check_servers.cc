// SPDX-License-Identifier: BSD-3-Clause
#include "bench/check_servers.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "lib/health/socket_address.h"

namespace drover::bench {
namespace {

constexpr char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwell\n";
constexpr char mac_text[] = "02:00:00:00:00:02";

void must(bool done, const char* what) {
  if (done) return;
  std::perror(what);
  std::exit(1);
}

void shell(const std::string& command) {
  must(std::system(command.c_str()) == 0, command.c_str());  // NOLINT(concurrency-mt-unsafe)
}

[[noreturn]] void serve() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const health::SocketAddress any(Ipv4Address(0), CheckServers::port);
  must(bind(listener, any.get(), any.length) == 0 && listen(listener, 4'096) == 0, "listen");
  signal(SIGPIPE, SIG_IGN);
  std::array<char, 4'096> bytes;
  while (true) {
    const int client = accept(listener, nullptr, nullptr);
    if (client < 0) continue;
    if (recv(client, bytes.data(), bytes.size(), 0) > 0)
      static_cast<void>(send(client, answer, sizeof answer - 1, MSG_NOSIGNAL));
    close(client);
  }
}

void wait_for(int pipe) {
  char byte = 0;
  must(read(pipe, &byte, 1) == 1, "the other process");
}

void tell(int pipe) {
  must(write(pipe, "x", 1) == 1, "the other process");
}

}  // namespace

CheckServers::CheckServers() {
  must(unshare(CLONE_NEWNET) == 0, "a network namespace");
  std::array<int, 2> there{};
  std::array<int, 2> back{};
  must(pipe(there.data()) == 0 && pipe(back.data()) == 0, "pipe");
  process_ = fork();
  must(process_ >= 0, "fork");
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    must(unshare(CLONE_NEWNET) == 0, "a network namespace");
    tell(back[1]);
    wait_for(there[0]);  // the network is up
    shell(
        fmt::format("ip link set lo up && ip link set servers address {} up && "
                    "ip address add 10.0.0.2/24 dev servers && ip address add {}/32 dev lo && "
                    "ip route add local 10.1.0.0/16 dev lo",
                    mac_text, vip));
    tell(back[1]);
    serve();
  }
  wait_for(back[0]);
  shell(
      fmt::format("ip link set lo up && ip link add {0} type veth peer name servers netns {1} && "
                  "ip link set {0} up && ip address add 10.0.0.1/24 dev {0}",
                  interface, process_));
  tell(there[1]);
  wait_for(back[0]);
  shell(
      fmt::format("ip neighbour replace 10.0.0.2 lladdr {} dev {} nud permanent && "
                  "ip route add 10.1.0.0/16 via 10.0.0.2",
                  mac_text, interface));
}

CheckServers::~CheckServers() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

IpAddress CheckServers::address(std::size_t number) {
  return Ipv4Address(0x0a010001U + static_cast<std::uint32_t>(number));
}

MacAddress CheckServers::mac() {
  return *MacAddress::parse(mac_text);
}

}  // namespace drover::bench
