// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/http_request.h"

#include <fmt/format.h>

namespace drover::health {
namespace {

// As a client of the service would write it.
std::string host_of(const config::HttpCheck& check, const Subject& subject) {
  if (!check.host.empty()) return check.host;
  const std::uint16_t usual = check.tls ? 443 : 80;
  if (subject.port != usual) return to_string(subject.vip, subject.port);
  const std::string address = to_string(subject.vip);
  return subject.vip.is_v6() ? "[" + address + "]" : address;
}

}  // namespace

std::string http_request(const config::HttpCheck& check, const Subject& subject) {
  return fmt::format(
      "{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: drover\r\nAccept: */*\r\nConnection: "
      "close\r\n\r\n",
      check.method, check.path, host_of(check, subject));
}

}  // namespace drover::health
