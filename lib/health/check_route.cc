// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/check_route.h"

#include <fmt/format.h>
#include <netinet/in.h>

#include <cerrno>

#include "lib/base/result.h"
#include "lib/health/socket_address.h"

namespace drover::health {
namespace {

class RealRoute final : public CheckRoute {
 public:
  explicit RealRoute(std::vector<IpInterface> own_addresses) : own_(std::move(own_addresses)) {}

  tl::expected<IpAddress, NoRoute> prepare(int socket, const Subject& subject) override {
    for (const IpInterface& own : own_) {
      if (own.address.is_v4() != subject.server.is_v4()) continue;
      // The port is chosen by connect(2), so that as many are free as there are for each server.
      const int on = 1;
      setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
      const SocketAddress from(own.address, 0);
      if (bind(socket, from.get(), from.length) == 0) break;
      return tl::unexpected(NoRoute{false, fmt::format("cannot send from {}: {}",
                                                       to_string(own.address), errno_text(errno))});
    }
    return subject.server;
  }

 private:
  std::vector<IpInterface> own_;
};

}  // namespace

std::string CheckRoute::hint(const Subject&, Failure) {
  return {};
}

std::unique_ptr<CheckRoute> make_real_route(std::vector<IpInterface> own_addresses) {
  return std::make_unique<RealRoute>(std::move(own_addresses));
}

}  // namespace drover::health
