// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/this_version.h"

namespace drover::config {
namespace {

constexpr NotActedOn later[] = {
    {"a vrrp instance", "track", "only the link of the instance's own port counts"},
    {"a vrrp instance", "notify", "no program is run"},
};

}  // namespace

const NotActedOn* not_acted_on(std::string_view section, std::string_view key) {
  for (const NotActedOn& line : later)
    if (line.section == section && line.key == key) return &line;
  return nullptr;
}

}  // namespace drover::config
