// SPDX-License-Identifier: BSD-3-Clause
// Recordings of what ipvsadm printed (test/ipvs/listings, made by record_listings.py and
// record_large_numbers.py), and drover's services with the same configuration and counters.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "apps/drover/host_names.h"
#include "apps/drover/rates.h"
#include "lib/control/api_model.h"

namespace drover::client {

struct RecordedListings {
  std::string name;
  nlohmann::json json;
};
std::vector<RecordedListings> recorded_listings();

// What was given to `ipvsadm -R`, imported by drover, with nothing counted yet.
api::Services services_of(const nlohmann::json& recording);

// The totals and connections that the recorded listing `state` tells of.
void count(api::Services& services, const nlohmann::json& state);
// As if the recorded rates had been counted within a second.
Rates rates_of(const api::Services& services, const nlohmann::json& state);

// Lines of Linux's /proc/net/ip_vs_conn.
std::vector<api::Connection> connections_of(const nlohmann::json& state);

// Knows the recording's hosts and ports.
Resolver resolver_of(const nlohmann::json& recording);

}  // namespace drover::client
