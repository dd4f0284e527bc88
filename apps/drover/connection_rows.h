// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "apps/drover/api_client.h"
#include "apps/drover/command.h"
#include "apps/drover/ipvsadm_text.h"

namespace drover::client {

// Every connection as it comes, as `ipvsadm -Lc` lists them; no title before there is an answer, as
// a complaint must not follow it. `persistence_engine`: see ipvsadm_connections_title().
ExitStatus print_connections(const ApiClient& client, const NameOf& name_of,
                             bool persistence_engine = false);

}  // namespace drover::client
