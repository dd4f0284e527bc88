// SPDX-License-Identifier: BSD-3-Clause
// What ipvsadm answers to its options, but for connections: those come row by row.
#pragma once

#include <optional>
#include <string>

#include "apps/drover/host_names.h"
#include "apps/drover/ipvsadm_options.h"
#include "apps/drover/ipvsadm_text.h"
#include "apps/drover/rates.h"
#include "lib/base/result.h"
#include "lib/control/api_model.h"

namespace drover::client {

// Numbers with -n, names from the resolver without it.
NameOf ipvsadm_names(const IpvsadmOptions& options, const Resolver& resolver);

// `rates` only with --rate. An error: there is no such service, or what was given is no address.
Result<std::string> ipvsadm_listing(api::Services services, const std::optional<Rates>& rates,
                                    const IpvsadmOptions& options, const Resolver& resolver);

}  // namespace drover::client
