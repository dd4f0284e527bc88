// SPDX-License-Identifier: BSD-3-Clause
// A health check at the VIP by hand, for the lab: connects COUNT times by TCP to the VIP at a
// server's MAC address, beside a running droverd, and prints what came of the last.
//
//   vip_check INTERFACE SERVER MAC VIP PORT COUNT [leave]
//
// With `leave` it ends without taking its way down, as if killed.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "drivers/unique_fd.h"
#include "lib/control/vip_route.h"
#include "lib/health/socket_address.h"

namespace {

using namespace drover;

constexpr int patience_milliseconds = 1'000;

std::string check(control::VipRoute& route, const health::Subject& subject) {
  const UniqueFd socket(
      ::socket(health::family_of(subject.vip), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const linger reset{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  const auto to = route.prepare(socket.get(), subject);
  if (!to) return to.error().reason;
  const health::SocketAddress address(*to, subject.port);
  if (connect(socket.get(), address.get(), address.length) != 0 && errno != EINPROGRESS)
    return errno_text(errno);
  pollfd state{.fd = socket.get(), .events = POLLOUT, .revents = 0};
  if (poll(&state, 1, patience_milliseconds) == 0) return "no answer";
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &length);
  return error == 0 ? "connected" : errno_text(error);
}

int run(const std::vector<std::string>& arguments) {
  const auto server = IpAddress::parse(arguments.at(2));
  const auto mac = MacAddress::parse(arguments.at(3));
  const auto vip = IpAddress::parse(arguments.at(4));
  if (!server || !mac || !vip) return 2;
  const health::Subject subject{*server, *vip,
                                static_cast<std::uint16_t>(std::stoi(arguments.at(5)))};
  boost::asio::io_context loop;
  auto route = control::VipRoute::open(loop, {arguments.at(1)});
  if (!route) {
    std::cout << to_string(route.error()) << std::endl;
    return 1;
  }
  if (!(*route)->update({{*server, arguments.at(1), *mac}}, {*vip})) return 1;
  std::string outcome;
  for (int i = 0; i < std::stoi(arguments.at(6)); ++i) {
    if (i > 0 && outcome != "connected") break;
    outcome = check(**route, subject);
  }
  std::cout << outcome << std::endl;
  if (arguments.size() > 7) _exit(0);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv, argv + argc);
  if (arguments.size() < 7) {
    std::cerr << "usage: vip_check INTERFACE SERVER MAC VIP PORT COUNT [leave]" << std::endl;
    return 2;
  }
  return run(arguments);
}
