// SPDX-License-Identifier: BSD-3-Clause
// Services as droverd has them now, and what happened in each second of a second.
#pragma once

#include <utility>

#include "apps/drover/api_client.h"
#include "apps/drover/rates.h"
#include "lib/base/result.h"
#include "lib/control/api_model.h"

namespace drover::client {

Result<api::Services> sample_services(const ApiClient& client);

// Takes a second.
Result<std::pair<api::Services, Rates>> sample_rates(const ApiClient& client);

}  // namespace drover::client
