// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/admission.h"

#include <algorithm>
#include <functional>

namespace drover::control {
namespace {

datapath::ConnectionLimit to_limit(const config::Service& service, const config::Limit& from,
                                   std::uint16_t workers) {
  constexpr std::uint64_t second = 1'000'000'000;
  const std::uint64_t interval = std::max<std::uint64_t>(second * workers / from.rate, 1);
  const std::uint64_t burst = from.burst == 0 ? from.rate : from.burst;
  const std::uint64_t share = std::max<std::uint64_t>(burst / workers, 1);
  const std::uint8_t whole = service.address.is_v4() ? 32 : 64;
  return {.id = std::hash<std::string>{}(service.name),
          .prefix_length = from.mask == 0 ? whole : from.mask,
          .interval = interval,
          .tolerance = (share - 1) * interval};
}

}  // namespace

std::shared_ptr<const datapath::Admission> make_admission(const config::Service& service,
                                                          std::uint16_t workers) {
  const bool has_lists = !service.allow.empty() || !service.deny.empty();
  if (!has_lists && !service.limit) return nullptr;
  auto admission = std::make_shared<datapath::Admission>();
  if (has_lists) admission->access.emplace(service.allow, service.deny);
  if (service.limit) admission->limit = to_limit(service, *service.limit, workers);
  return admission;
}

}  // namespace drover::control
