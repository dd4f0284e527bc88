// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/service_flags.h"

namespace drover::control {

std::vector<std::string> service_flags(const config::Service& service) {
  std::vector<std::string> flags;
  if (service.one_packet) flags.emplace_back("ops");
  return flags;
}

}  // namespace drover::control
