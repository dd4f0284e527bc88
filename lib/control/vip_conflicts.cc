// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/vip_conflicts.h"

#include <algorithm>

namespace drover::control {
namespace {

constexpr std::chrono::hours silence{1};
constexpr std::size_t most_claims = 1'024;  // whoever makes addresses up must not fill memory

}  // namespace

bool VipConflicts::heard(const IpAddress& vip, const MacAddress& mac, TimePoint now) {
  if (balancers_.contains(mac)) return false;
  ++frames_;
  const auto key = std::pair(vip, mac);
  if (!claims_.contains(key)) make_room();
  const auto [found, is_new] = claims_.insert({key, Claim{}});
  Claim& claim = found->second;
  const bool tell = is_new || now - claim.last >= silence;
  ++claim.frames;
  claim.last = now;
  return tell;
}

// The one that has been silent for longest goes.
void VipConflicts::make_room() {
  if (claims_.size() < most_claims) return;
  claims_.erase(std::ranges::min_element(
      claims_, {}, [](const Claims::value_type& each) { return each.second.last; }));
}

}  // namespace drover::control
