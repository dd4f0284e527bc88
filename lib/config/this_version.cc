// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/this_version.h"

namespace drover::config {
namespace {

constexpr NotActedOn later[] = {
    {"failover", "sync", "connections are not handed to the other balancer"},
};

}  // namespace

const NotActedOn* not_acted_on(std::string_view section, std::string_view key) {
  for (const NotActedOn& line : later)
    if (line.section == section && line.key == key) return &line;
  return nullptr;
}

}  // namespace drover::config
