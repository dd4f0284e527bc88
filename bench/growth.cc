// SPDX-License-Identifier: BSD-3-Clause
// How the control thread's work grows with the configuration: reading a file, a reload (from what
// was read to the published snapshot), a scrape; and the resident memory of the process with it.
// Nothing is to grow faster than the number of servers. --json writes the figures for
// bench/report.py.
#include <fmt/format.h>

#include <unistd.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "bench/datapath/balancer.h"
#include "bench/datapath/measure.h"
#include "lib/metrics/exposition.h"
#include "test/harness/test_eal.h"
#include "test/unit/metrics/sample.h"

namespace drover::bench {
namespace {

constexpr int repeats = 5;

template <class Work>
double median_milliseconds(Work&& work) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> times;
  for (int i = 0; i < repeats; ++i) {
    const auto begin = Clock::now();
    work();
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
  }
  return median(std::move(times));
}

double resident_megabytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

nlohmann::json measure_size(std::uint32_t services, std::uint32_t servers) {
  const BalancerSettings settings{.services = services, .servers = servers, .connections = 100'000};
  const std::string text = file_of(settings);
  const double before = resident_megabytes();
  Balancer balancer(settings);
  const double memory = resident_megabytes() - before;
  const config::Config config = test::load_config(text);
  const double reading = median_milliseconds([&] { test::load_config(text); });
  const double reload = median_milliseconds([&] {
    balancer.plant().configure(config);
    balancer.turn();
  });
  const auto facts = metrics::sample_facts(services, servers);
  const double scrape = median_milliseconds([&] {
    metrics::Exposition exposition(facts);
    while (exposition.next()) {
    }
  });
  fmt::print("{:>8} {:>10} {:>12.1f} {:>12.2f} {:>12.1f} {:>10.1f}\n", services, servers, reading,
             reload, scrape, memory);
  return {{"services", services}, {"servers", servers},  {"read_ms", reading},
          {"reload_ms", reload},  {"scrape_ms", scrape}, {"megabytes", memory}};
}

}  // namespace
}  // namespace drover::bench

int main(int argc, char** argv) {
  std::string json;
  CLI::App app("How the control thread's work grows with services and servers.");
  app.add_option("--json", json, "file to write");
  CLI11_PARSE(app, argc, argv);
  drover::test::start_eal({"--no-huge", "-m", "256"});
  fmt::print("{:>8} {:>10} {:>12} {:>12} {:>12} {:>10}\n", "services", "servers", "read, ms",
             "reload, ms", "scrape, ms", "MB");
  nlohmann::json rows = nlohmann::json::array();
  // Servers of each service.
  constexpr std::pair<std::uint32_t, std::uint32_t> sizes[] = {
      {1, 10},    {1, 30},     {1, 100}, {1, 300},  {1, 1'000},
      {1, 3'000}, {1, 10'000}, {10, 10}, {100, 10}, {1'000, 10}};
  for (const auto& [services, servers] : sizes)
    rows.push_back(drover::bench::measure_size(services, servers));
  if (!json.empty()) std::ofstream(json) << rows.dump(1) << "\n";
}
