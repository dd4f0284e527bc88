// SPDX-License-Identifier: BSD-3-Clause
#include "bench/datapath/cases.h"

#include <fmt/format.h>

#include <utility>

namespace drover::bench {
namespace {

constexpr std::uint32_t million = 1'000'000;

std::string flows_text(std::uint32_t flows) {
  if (flows >= million) return fmt::format("{}M flows", flows / million);
  if (flows >= 1'000) return fmt::format("{}k flows", flows / 1'000);
  return flows == 1 ? "1 flow" : fmt::format("{} flows", flows);
}

void add_flow_counts(std::vector<Case>& all) {
  constexpr std::pair<std::uint32_t, double> counts[] = {{1, 0},           {1'000, 0.60},
                                                         {64'000, 0.55},   {million, 0.33},
                                                         {4 * million, 0}, {16 * million, 0.29}};
  for (const bool zipf : {false, true})
    for (const auto& [flows, target] : counts) {
      if (zipf && flows == 1) continue;
      all.push_back({.group = zipf ? "established flows, Zipf" : "established flows, uniform",
                     .name = flows_text(flows),
                     .traffic = {.flows = flows, .zipf = zipf},
                     .target = zipf ? 0 : target});
    }
}

void add_stand_ins(std::vector<Case>& all) {
  for (const std::uint32_t flows : {1'000U, 64'000U, million, 4 * million})
    for (const Against against : {Against::rte_hash, Against::chained_table})
      all.push_back({.group = "against stand-ins made of DPDK alone",
                     .name = fmt::format("{}, {}", name_of(against), flows_text(flows)),
                     .against = against,
                     .traffic = {.flows = flows},
                     .target = against == Against::rte_hash && flows == million ? 1.7 : 0});
}

void add_mixes(std::vector<Case>& all) {
  constexpr auto group = "mixes, 1M flows";
  const auto add = [&](std::string name, TrafficSettings traffic, Against against = Against::floor,
                       double target = 0) -> Case& {
    traffic.flows = million;
    all.push_back({.group = group,
                   .name = std::move(name),
                   .against = against,
                   .traffic = traffic,
                   .target = target});
    return all.back();
  };
  add("10 % new connections", {.new_share = 0.1});
  add("50 % new connections", {.new_share = 0.5});
  add("new connections only", {.new_share = 1}, Against::established, 0.4);
  add("SYN flood, the table is full", {.new_share = 1}).table_is_full = true;
  add("IPv6", {.shape = Shape::tcp_v6});
  add("IPv6", {.shape = Shape::tcp_v6}, Against::ipv4, 0.8);
  add("VLAN", {.shape = Shape::tcp_vlan});
  add("UDP", {.shape = Shape::udp_v4});
  add("persistence", {}).balancer.more_of_a_service = "    persistence: {timeout: 5m}\n";
}

void add_disturbances(std::vector<Case>& all) {
  const auto add = [&](std::string name, Against against, double new_share, double target) {
    all.push_back({.group = "what goes on beside it, 1M flows",
                   .name = std::move(name),
                   .against = against,
                   .traffic = {.flows = million, .new_share = new_share},
                   .balancer = {.has_peer = against == Against::no_sync},
                   .target = target});
  };
  add("a reload every 100 ms", Against::no_reload, 0, 0.98);
  add("a scrape every second", Against::no_scrape, 0, 0.98);
  add("sync", Against::no_sync, 0, 0.90);
  add("sync, 10 % new connections", Against::no_sync, 0.1, 0.90);
  add("two workers", Against::one_worker, 0, 0);
}

void add_sizes(std::vector<Case>& all) {
  for (const std::uint32_t services : {1U, 10U, 1'000U})
    for (const std::uint32_t servers : {3U, 100U, 1'000U}) {
      // A million servers would take longer to set up than all the rest.
      if (services * servers > 100'000) continue;
      all.push_back({.group = "services and servers, 64k flows",
                     .name = fmt::format("{} services, {} servers each", services, servers),
                     .traffic = {.flows = 64'000, .services = services},
                     .balancer = {.services = services, .servers = servers}});
    }
}

}  // namespace

std::string name_of(Against against) {
  switch (against) {
    case Against::floor:
      return "floor";
    case Against::rte_hash:
      return "rte_hash";
    case Against::chained_table:
      return "chained table";
    case Against::ipv4:
      return "IPv4";
    case Against::established:
      return "established";
    case Against::no_reload:
      return "no reload";
    case Against::no_scrape:
      return "no scrape";
    case Against::no_sync:
      return "no sync";
    case Against::one_worker:
      return "one worker";
  }
  return "";
}

std::vector<Case> cases(std::uint32_t most_flows) {
  std::vector<Case> all;
  add_flow_counts(all);
  add_stand_ins(all);
  add_mixes(all);
  add_disturbances(all);
  add_sizes(all);
  std::erase_if(all, [&](const Case& one) { return one.traffic.flows > most_flows; });
  for (Case& one : all) one.balancer.shape = one.traffic.shape;
  return all;
}

}  // namespace drover::bench
