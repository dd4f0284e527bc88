// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/exchange_socket.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "lib/base/result.h"
#include "lib/health/socket_address.h"

namespace drover::health {

std::string failed_connect(int error_number, bool is_own) {
  switch (error_number) {
    case ECONNREFUSED:
      return "connect: refused";
    case EHOSTUNREACH:
      return is_own ? "connect: it has no MAC address"  // the kernel's ARP requests had no answer
                    : "connect: a router says that there is no such host";
    case ENETUNREACH:
      return "connect: there is no route to it";
    default:
      return "connect: " + errno_text(error_number);
  }
}

int open_socket(Conversation::Transport transport, const Subject& subject) {
  const int family = family_of(subject.server);
  switch (transport) {
    case Conversation::Transport::tcp:
      return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    case Conversation::Transport::udp:
      return socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    case Conversation::Transport::icmp:
      break;
  }
  const int protocol = family == AF_INET ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6};
  return socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}

}  // namespace drover::health
