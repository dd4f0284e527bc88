// SPDX-License-Identifier: BSD-3-Clause
// What a packet costs drover's worker, set against a floor and against other ways of doing it, both
// timed by turns in this one process (processor time of the thread). The generator's cost is in
// both sides' figures. Prints a table; --json writes the same with every round's figures.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/datapath/cases.h"
#include "bench/datapath/disturbance.h"
#include "bench/datapath/session.h"
#include "bench/datapath/two_workers.h"
#include "test/harness/test_eal.h"

namespace drover::bench {
namespace {

struct Options {
  unsigned rounds = 15;
  std::uint64_t packets = 1 << 20U;
  std::uint32_t most_flows = 16'000'000;
  std::string only;
  std::string json;
};

// The table has room for all that comes, as planned, unless it is to be full.
std::uint64_t connections_of(const Case& one, const Options& options) {
  const double fresh =
      one.traffic.new_share * static_cast<double>(options.packets) * (options.rounds + 1.0);
  const std::uint64_t wanted = one.traffic.flows + (one.table_is_full ? 0 : std::uint64_t(fresh));
  return std::max<std::uint64_t>(wanted, 1'024);
}

Paired against_another(const Case& one, Session& session, const Options& options) {
  std::unique_ptr<Forwarder> other;
  switch (one.against) {
    case Against::rte_hash:
      other = make_rte_hash(session.ethdev(), one.traffic.flows, one.balancer.servers);
      break;
    case Against::chained_table:
      other = make_chained_table(session.ethdev(), one.traffic.flows, one.balancer.servers);
      break;
    default:
      other = make_floor(session.ethdev());
  }
  session.introduce(*other);
  return measure(session.balanced(), session.through(*other), options.rounds, options.packets);
}

// Against drover itself with another mix.
Paired against_itself(const Case& one, Session& session, const Options& options) {
  TrafficSettings traffic = one.traffic;
  traffic.shape = Shape::tcp_v4;
  traffic.new_share = 0;
  BalancerSettings balancer = one.balancer;
  balancer.shape = traffic.shape;
  // In a table of the same size.
  balancer.connections = connections_of(one, options);
  Session plain(balancer, traffic);
  return measure(session.balanced(), plain.balanced(), options.rounds, options.packets);
}

// Against drover itself without what goes on beside it. The rounds are long, since it comes seldom
// or costs little.
Paired against_quiet(const Case& one, Session& session, const Options& options) {
  Balancer& balancer = session.balancer();
  const bool syncs = one.against == Against::no_sync;
  const auto disturbance = one.against == Against::no_reload ? make_reloads(balancer, one.balancer)
                           : syncs                           ? make_sync_reader(balancer)
                                                             : make_scrapes(balancer);
  const Run quiet = session.balanced();
  const Run disturbed = [&](std::uint64_t packets) {
    using datapath::FlowReporting;
    if (syncs) balancer.plant().set_flow_reporting(FlowReporting::ahead);
    disturbance->resume();
    quiet(packets);
    disturbance->pause();
    if (syncs) balancer.plant().set_flow_reporting(FlowReporting::off);
  };
  return measure(disturbed, quiet, options.rounds,
                 one.traffic.new_share > 0 ? options.packets : 8 * options.packets);
}

Paired against_one_worker(const Case& one, const Options& options) {
  TwoWorkers workers(one.balancer, one.traffic);
  return measure(workers.both(), workers.first_alone(), options.rounds, options.packets);
}

Paired run(const Case& one, const Options& options) {
  BalancerSettings balancer = one.balancer;
  balancer.connections = connections_of(one, options);
  if (one.against == Against::one_worker) return against_one_worker(one, options);
  Session session(balancer, one.traffic);
  Paired paired;
  switch (one.against) {
    case Against::ipv4:
    case Against::established:
      paired = against_itself(one, session, options);
      break;
    case Against::no_reload:
    case Against::no_scrape:
    case Against::no_sync:
      paired = against_quiet(one, session, options);
      break;
    default:
      paired = against_another(one, session, options);
  }
  if (!one.table_is_full && session.balancer().unkept() > 0)
    throw std::runtime_error("the table had no room for a connection");
  return paired;
}

nlohmann::json to_json(const Case& one, const Paired& paired) {
  return {{"group", one.group},
          {"name", one.name},
          {"against", name_of(one.against)},
          {"flows", one.traffic.flows},
          {"zipf", one.traffic.zipf},
          {"nanoseconds", median(paired.one)},
          {"other_nanoseconds", median(paired.other)},
          {"ratio", median(paired.ratios)},
          {"ratio_least", paired.ratios.front()},
          {"ratio_most", paired.ratios.back()},
          {"target", one.target},
          {"rounds", {{"drover", paired.one}, {"other", paired.other}}}};
}

void print(const Case& one, const Paired& paired) {
  const double ratio = median(paired.ratios);
  const std::string target =
      one.target == 0
          ? ""
          : fmt::format("{} {:.2f}", ratio >= one.target ? "met" : "MISSED", one.target);
  fmt::print("{:<40} {:>8.1f} {:>8.1f} {:<13} {:>5.2f}  {:>5.2f} - {:<5.2f} {}\n", one.name,
             median(paired.one), median(paired.other), name_of(one.against), ratio,
             paired.ratios.front(), paired.ratios.back(), target);
  std::fflush(stdout);
}

int run_all(const Options& options) {
  fmt::print("{:<40} {:>8} {:>8} {:<13} {:>5}  {:<13} {}\n", "", "drover", "other", "", "ratio",
             "spread", "target");
  fmt::print("{:<40} {:>8} {:>8}\n", "", "ns", "ns");
  nlohmann::json rows = nlohmann::json::array();
  std::string group;
  for (const Case& one : cases(options.most_flows)) {
    if (one.group.find(options.only) == std::string::npos &&
        one.name.find(options.only) == std::string::npos)
      continue;
    if (one.group != group) fmt::print("{}\n", group = one.group);
    const Paired paired = run(one, options);
    print(one, paired);
    rows.push_back(to_json(one, paired));
  }
  if (!options.json.empty()) {
    std::ofstream file(options.json);
    file << nlohmann::json{{"rounds", options.rounds}, {"packets", options.packets}, {"rows", rows}}
                .dump(1)
         << "\n";
    if (!file) throw std::runtime_error("cannot write " + options.json);
  }
  return rows.empty() ? 2 : 0;
}

}  // namespace
}  // namespace drover::bench

int main(int argc, char** argv) {
  drover::bench::Options options;
  bool hugepages = false;
  CLI::App app("What a packet costs drover's worker.");
  app.add_option("--rounds", options.rounds, "pairs that are timed")->check(CLI::Range(1, 1'000));
  app.add_option("--packets", options.packets, "of a round");
  app.add_option("--most-flows", options.most_flows, "leaves out what needs more");
  app.add_option("--only", options.only, "only what has this in its name or its group's");
  app.add_option("--json", options.json, "file to write");
  app.add_flag("--hugepages", hugepages,
               "DPDK's own memory in hugepages, which have been reserved");
  CLI11_PARSE(app, argc, argv);
  try {
    drover::test::start_eal(hugepages ? std::vector<std::string>{"--in-memory"}
                                      : std::vector<std::string>{"--no-huge", "-m", "2048"});
    return drover::bench::run_all(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_datapath: %s\n", error.what());
    return 1;
  }
}
