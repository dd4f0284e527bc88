// SPDX-License-Identifier: BSD-3-Clause
// Byte by byte what ipvsadm 1.31 printed of Linux 6.1's IPVS; large numbers are printed by
// ipvsadm's own code, too, but of made-up counters.
#include <CLI/CLI.hpp>

#include "apps/drover/ipvsadm_listing.h"
#include "apps/drover/ipvsadm_options.h"
#include "test/unit/catch.h"
#include "test/unit/drover/recorded_listing.h"

namespace drover::client {
namespace {

using nlohmann::json;

struct Printed {
  int status = 0;
  std::string output;
};

std::string print_rows(const json& listing, const json& recording, const IpvsadmOptions& options) {
  const NameOf names = ipvsadm_names(options, resolver_of(recording));
  std::string text = ipvsadm_connections_title(options.persistent);
  for (const auto& row :
       connections_of(recording["states"][listing["connections"].get<std::size_t>()]))
    text += ipvsadm_connection(row, names);
  return text;
}

Printed print_listing(const json& listing, const json& recording, const IpvsadmOptions& options) {
  api::Services services = services_of(recording);
  const json& state = recording["states"][listing["services"].get<std::size_t>()];
  count(services, state);
  std::optional<Rates> rates;
  if (options.rate) rates = rates_of(services, state);
  const auto text = ipvsadm_listing(std::move(services), rates, options, resolver_of(recording));
  return text ? Printed{0, *text} : Printed{1, ""};
}

Printed print(const json& listing, const json& recording) {
  IpvsadmOptions options;
  CLI::App app;
  add_ipvsadm_options(app, options);
  try {
    app.parse(listing["arguments"].get<std::string>());
  } catch (const CLI::ParseError&) {
    return {2, ""};
  }
  return options.connections ? Printed{0, print_rows(listing, recording, options)}
                             : print_listing(listing, recording, options);
}

TEST_CASE("what ipvsadm printed, drover prints to the byte") {
  const auto recordings = recorded_listings();
  REQUIRE(recordings.size() == 12);
  for (const auto& [name, recording] : recordings)
    for (const json& listing : recording["listings"]) {
      CAPTURE(name, listing["arguments"].get<std::string>());
      const Printed printed = print(listing, recording);
      CHECK(printed.output == listing["output"].get<std::string>());
      CHECK(printed.status == listing["status"].get<int>());
    }
}

}  // namespace
}  // namespace drover::client
