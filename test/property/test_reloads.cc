// SPDX-License-Identifier: BSD-3-Clause
// test_affinity.cc with more of everything (live_flows.h): two packets of one live flow never go to
// different servers, unless the flow has expired, or `on_removed` or `on_down` has scheduled it
// anew.
#include <algorithm>
#include <array>
#include <vector>

#include "test/property/live_flows.h"
#include "test/unit/catch.h"

namespace drover::test {
namespace {

constexpr std::array<LiveFlowSettings, 6> variants{{
    {.scheduler = "rr"},
    {.scheduler = "wlc"},
    {.scheduler = "maglev"},
    {.scheduler = "lblc", .file = "on_removed: reschedule\n", .reschedules = true},
    {.scheduler = "wrr", .service = "persistence: {timeout: 1m}"},
    {.scheduler = "sh",
     .service = "persistence: {mask: 28}",
     .file = "on_removed: reschedule\n",
     .reschedules = true},
}};

void play(const LiveFlowSettings& settings, unsigned seeds, int steps) {
  for (const std::uint16_t workers : worker_counts)
    for (unsigned seed = 1; seed <= seeds; ++seed) {
      INFO("scheduler " << settings.scheduler << " " << settings.service << " " << settings.file
                        << (settings.family == Family::v6 ? ", IPv6" : "")
                        << (settings.two_ports ? ", two ports" : "") << ", workers " << workers
                        << ", seed " << seed);
      LiveFlowSettings one = settings;
      one.workers = workers;
      one.seed = seed;
      LiveFlows flows(one);
      flows.run(steps);
      // Some were free to move, or nothing was tested.
      if (settings.reschedules || settings.health) CHECK(flows.moves() > 0);
    }
}

std::vector<LiveFlowSettings> with(auto&& change) {
  std::vector<LiveFlowSettings> list(variants.begin(), variants.end());
  std::ranges::for_each(list, change);
  return list;
}

}  // namespace

TEST_CASE("reloads, fragments and errors do not move a live flow", "[affinity]") {
  for (const auto& settings : variants) play(settings, 3, 1'500);
}

TEST_CASE("reloads, fragments and errors do not move a live flow of IPv6", "[affinity]") {
  for (const auto& settings : with([](auto& each) { each.family = Family::v6; }))
    play(settings, 1, 1'500);
}

TEST_CASE("whichever port and VLAN a live flow's packets come by, one server gets them",
          "[affinity]") {
  for (const Family family : {Family::v4, Family::v6})
    for (const auto& settings : with([&](auto& each) {
           each.family = family;
           each.two_ports = true;
         }))
      play(settings, 1, 800);
}

TEST_CASE("servers that go down and come back move no live flow but as on_down says",
          "[affinity]") {
  for (const Family family : {Family::v4, Family::v6})
    for (const auto& settings : with([&](auto& each) {
           each.family = family;
           each.health = true;
         }))
      play(settings, 1, 1'500);
}

}  // namespace drover::test
