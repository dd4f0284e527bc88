// SPDX-License-Identifier: BSD-3-Clause
// What 1,000 servers checked once a second cost the control thread: its processor time, in percent
// of a core, beside that of a loop that does nothing but the same system calls (the floor).
//
// The servers are addresses of the loopback interface, answered by one process: there the kernel
// does the receiving side's work, too, on the sender's account, so a real network costs less.
// Figures: docs/performance.md.
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "lib/health/http_request.h"
#include "lib/health/monitor.h"
#include "lib/health/socket_address.h"

namespace {

using namespace drover;
using namespace drover::health;
using std::chrono::seconds;

constexpr std::size_t servers = 1'000;
constexpr seconds settle{3};
constexpr seconds measured{10};
constexpr char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwell\n";

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// All that a check needs, one after the other.
void floor_check(const Subject& subject, const std::string& request) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const linger none{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  const SocketAddress to(subject.server, subject.port);
  char bytes[4'096];
  if (connect(fd, to.get(), to.length) != 0 ||
      send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0 ||
      recv(fd, bytes, sizeof bytes, 0) <= 0)
    std::abort();
  close(fd);
}

[[noreturn]] void serve(int listener) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_IGN);
  char bytes[4'096];
  while (true) {
    const int client = accept(listener, nullptr, nullptr);
    if (client < 0) continue;
    if (recv(client, bytes, sizeof bytes, 0) > 0)
      static_cast<void>(send(client, answer, sizeof answer - 1, MSG_NOSIGNAL));
    close(client);
  }
}

Subject subject(std::size_t number, std::uint16_t port) {
  return {.server = Ipv4Address(0x7f010000U + static_cast<std::uint32_t>(number)),
          .vip = *IpAddress::parse("192.0.2.10"),
          .port = port};
}

}  // namespace

int main() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const SocketAddress any(Ipv4Address(0), 0);
  sockaddr_in bound{};
  socklen_t size = sizeof bound;
  if (bind(listener, any.get(), any.length) != 0 || listen(listener, 4'096) != 0 ||
      getsockname(listener, reinterpret_cast<sockaddr*>(&bound), &size) != 0)
    return 1;
  const std::uint16_t port = ntohs(bound.sin_port);
  const pid_t server = fork();
  if (server == 0) serve(listener);

  config::Check check{.kind = config::HttpCheck{}, .port = {}, .fast_interval = {}};
  check.interval = seconds(1);
  check.timeout = seconds(1);
  std::set<WatchedCheck> checks;
  for (std::size_t i = 0; i < servers; ++i) checks.insert({subject(i, port), check});

  boost::asio::io_context loop;
  Monitor monitor(loop, {.real = make_real_route({}), .vip = nullptr}, 1, [] {});
  const double start = processor_seconds();
  monitor.watch(checks);
  const double making = processor_seconds() - start;
  loop.run_for(settle);
  const auto runs = [&] {
    std::uint64_t good = 0;
    for (const WatchedCheck& one : checks) good += monitor.status(one).statistics.good;
    return good;
  };
  const std::uint64_t runs_before = runs();
  const double before = processor_seconds();
  loop.run_for(measured);
  const double spent = processor_seconds() - before;
  const std::uint64_t done = runs() - runs_before;

  std::uint64_t bad = 0;
  for (const WatchedCheck& one : checks) bad += monitor.status(one).state != State::up ? 1 : 0;
  monitor.watch({});  // its runs under way would keep the server waiting

  const std::string request = http_request(config::HttpCheck(), subject(0, port));
  const double floor_before = processor_seconds();
  for (std::uint64_t i = 0; i < done; ++i) floor_check(subject(i % servers, port), request);
  const double floor = processor_seconds() - floor_before;
  kill(server, SIGKILL);
  waitpid(server, nullptr, 0);

  const double percent = 100 / std::chrono::duration<double>(measured).count();
  std::printf("%zu servers, %.0f good checks a second, %llu servers not up\n", servers,
              static_cast<double>(done) / std::chrono::duration<double>(measured).count(),
              static_cast<unsigned long long>(bad));
  std::printf("control thread  %.2f %% of a core, %.1f us a check\n", spent * percent,
              spent * 1e6 / static_cast<double>(done));
  std::printf("floor           %.2f %% of a core, %.1f us a check; ratio %.2f\n", floor * percent,
              floor * 1e6 / static_cast<double>(done), spent / floor);
  std::printf("start           %.1f ms for all checks\n", making * 1e3);
  return bad == 0 ? 0 : 1;
}
