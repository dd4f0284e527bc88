// SPDX-License-Identifier: BSD-3-Clause
// docs/configuration.md has a line for every key that the reader knows.
#include <fstream>
#include <iterator>
#include <sstream>

#include "test/unit/catch.h"
#include "test/unit/config/support.h"

namespace drover::config {
namespace {

std::string whole_file(const std::string& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// The keys that the complaint about an unknown one lists.
std::vector<std::string> known_keys(const std::string& text) {
  const std::string lead = "its keys are ";
  for (const std::string& line : complaints(text)) {
    const auto at = line.find(lead);
    if (at == std::string::npos) continue;
    std::vector<std::string> keys;
    std::istringstream list(line.substr(at + lead.size()));
    for (std::string key; list >> key;) keys.push_back(key.substr(0, key.find(',')));
    return keys;
  }
  return {};
}

}  // namespace

TEST_CASE("the reference has a line for every key", "[config]") {
  const std::string reference = whole_file(DROVER_SOURCE_ROOT "/docs/configuration.md");
  REQUIRE(reference.size() > 1'000);
  const char* sections[] = {
      "zzzzzz: 1",
      "nodes: {a: {zzzzzz: 1}}",
      "workers: {zzzzzz: 1}",
      "ports: [{zzzzzz: 1}]",
      "pools: {a: {zzzzzz: 1}}",
      "pools: {a: {servers: [{zzzzzz: 1}]}}",
      "pools: {a: {checks: [{zzzzzz: 1}]}}",
      "pools: {a: {checks: [{http: {zzzzzz: 1}}]}}",
      "pools: {a: {checks: [{https: {zzzzzz: 1}}]}}",
      "pools: {a: {checks: [{expect: {zzzzzz: 1}}]}}",
      "pools: {a: {checks: [{script: {zzzzzz: 1}}]}}",
      "pools: {a: {checks: [{agent: {zzzzzz: 1}}]}}",
      "services: [{zzzzzz: 1}]",
      "services: [{persistence: {zzzzzz: 1}}]",
      "services: [{limit: {zzzzzz: 1}}]",
      "services: [{hold_down: {zzzzzz: 1}}]",
      "timeouts: {zzzzzz: 1}",
      "failover: {zzzzzz: 1}",
      "failover: {vrrp: [{zzzzzz: 1}]}",
      "failover: {vrrp: [{second_path: {zzzzzz: 1}}]}",
      "failover: {vrrp: [{track: [{zzzzzz: 1}]}]}",
      "failover: {vrrp: [{notify: {zzzzzz: 1}}]}",
      "failover: {sync: {zzzzzz: 1}}",
      "failover: {sync: {ipvs: {zzzzzz: 1}}}",
      "api: {zzzzzz: 1}",
      "metrics: {zzzzzz: 1}",
  };
  for (const char* section : sections) {
    const auto keys = known_keys(section);
    INFO(section);
    CHECK_FALSE(keys.empty());
    for (const std::string& key : keys) {
      INFO(key);
      CHECK(reference.find("\n| `" + key + "` |") != std::string::npos);
    }
  }
}

}  // namespace drover::config
