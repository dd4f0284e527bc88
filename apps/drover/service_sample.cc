// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/service_sample.h"

#include <chrono>
#include <thread>

namespace drover::client {

Result<api::Services> sample_services(const ApiClient& client) {
  return client.get("/v1/services").and_then(api::decode_services);
}

Result<std::pair<api::Services, Rates>> sample_rates(const ApiClient& client) {
  const auto before = sample_services(client);
  if (!before) return tl::unexpected(before.error());
  std::this_thread::sleep_for(std::chrono::seconds(1));
  auto after = sample_services(client);
  if (!after) return tl::unexpected(after.error());
  Rates rates(*before, *after);
  return std::pair(std::move(*after), std::move(rates));
}

}  // namespace drover::client
