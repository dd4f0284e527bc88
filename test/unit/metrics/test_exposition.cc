// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "lib/metrics/exposition.h"
#include "test/unit/catch.h"
#include "test/unit/metrics/sample.h"

namespace drover::metrics {
namespace {

std::vector<std::string> pieces_of(Facts facts) {
  Exposition exposition(std::move(facts));
  std::vector<std::string> pieces;
  while (auto piece = exposition.next()) pieces.push_back(std::move(*piece));
  return pieces;
}

std::string text_of(Facts facts) {
  std::string text;
  for (const std::string& piece : pieces_of(std::move(facts))) text += piece;
  return text;
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST_CASE("a scrape says what the facts are") {
  const std::string text = text_of(sample_facts(1, 2));
  const std::string service = R"({service="web-0",protocol="tcp",address="192.0.2.10",port="80")";
  for (const std::string& line : {
           std::string(R"(drover_build_info{version="1.2.3"} 1)"),
           std::string("drover_start_time_seconds 1700000000.5"),
           std::string("drover_snapshot_generation 7"),
           std::string("drover_config_last_reload_successful 1"),
           std::string("drover_config_last_reload_success_timestamp_seconds 1700000001"),
           "drover_service_connections_total" + service + "} 32",
           "drover_service_packets_total" + service + "} 224",
           "drover_service_bytes_total" + service + "} 17920",
           "drover_service_active_connections" + service + "} 2",
           "drover_service_inactive_connections" + service + "} 14",
           "drover_service_servers" + service + "} 2",
           "drover_service_servers_available" + service + "} 1",
           "drover_server_connections_total" + service +
               R"(,server="nginx0",server_address="10.0.0.1"} 16)",
           "drover_server_up" + service + R"(,server="nginx0",server_address="10.0.0.1"} 1)",
           "drover_server_up" + service + R"(,server="nginx1",server_address="10.0.0.2"} 0)",
           "drover_server_weight" + service + R"(,server="nginx1",server_address="10.0.0.2"} 3)",
           "drover_server_persistent_clients" + service +
               R"(,server="nginx1",server_address="10.0.0.2"} 5)",
           "drover_check_results_total" + service +
               R"(,server="nginx0",server_address="10.0.0.1",check="http",result="wrong"} 1)",
           std::string("drover_sync_ready 1"),
           std::string("drover_sync_waiting_entries 1"),
           std::string(R"(drover_sync_peer_alive{peer="192.0.2.12"} 1)"),
           std::string(R"(drover_sync_peer_lag_seconds{peer="192.0.2.12"} 0.5)"),
           std::string(R"(drover_sync_peer_sent_entries_total{peer="192.0.2.12"} 3)"),
           std::string(R"(drover_sync_peer_dropped_total{peer="192.0.2.12",reason="replayed"} 4)"),
           std::string("drover_table_entries 16"),
           std::string("drover_table_capacity 1000000"),
           std::string("drover_table_evictions_total 0"),
           std::string(R"(drover_worker_busy_seconds_total{worker="0"} 1.5)"),
           std::string(R"(drover_worker_busy_ratio{worker="0"} 0.25)"),
           std::string(R"(drover_interface_up{interface="front"} 1)"),
           std::string(R"(drover_vrrp_master{instance="51",family="ipv4"} 1)"),
           std::string(
               R"(drover_vrrp_advertisements_discarded_total{instance="51",family="ipv4"} 3)"),
           std::string(R"(drover_vrrp_last_heard_seconds{instance="51",family="ipv4"} 1.5)"),
           std::string(R"(drover_interface_missed_frames_total{interface="front"} 5)"),
           std::string(
               R"(drover_interface_errors_total{interface="front",direction="transmit"} 7)"),
       }) {
    INFO(line);
    CHECK(has_line(text, line));
  }
}

TEST_CASE("every verdict is there from the start, those that were never given, too") {
  const std::string text = text_of(sample_facts(0, 0));
  CHECK(has_line(text, R"(drover_packets_total{reason="forwarded"} 224)"));
  for (std::size_t i = 1; i < datapath::verdict_count; ++i) {
    const auto verdict = static_cast<datapath::Verdict>(i);
    CHECK(has_line(
        text, "drover_packets_total{reason=\"" + std::string(datapath::name(verdict)) + "\"} 0"));
  }
}

TEST_CASE("histograms accumulate, and count what is beyond the last bound") {
  const std::string text = text_of(sample_facts(1, 1));
  CHECK(has_line(text, R"(drover_worker_burst_frames_bucket{worker="0",le="1"} 1)"));
  CHECK(has_line(text, R"(drover_worker_burst_frames_bucket{worker="0",le="4"} 2)"));
  CHECK(has_line(text, R"(drover_worker_burst_frames_bucket{worker="0",le="32"} 3)"));
  CHECK(has_line(text, R"(drover_worker_burst_frames_bucket{worker="0",le="+Inf"} 3)"));
  CHECK(has_line(text, R"(drover_worker_burst_frames_sum{worker="0"} 40)"));
  const std::string check =
      R"({service="web-0",protocol="tcp",address="192.0.2.10",port="80",server="nginx0",)"
      R"(server_address="10.0.0.1",check="http")";
  CHECK(has_line(text, "drover_check_duration_seconds_bucket" + check + R"(,le="5"} 3)"));
  CHECK(has_line(text, "drover_check_duration_seconds_bucket" + check + R"(,le="+Inf"} 4)"));
  CHECK(has_line(text, "drover_check_duration_seconds_sum" + check + "} 0.25"));
}

TEST_CASE("a thousand servers come in small pieces, each family with one head") {
  const auto pieces = pieces_of(sample_facts(10, 100));
  std::string text;
  for (const std::string& piece : pieces) {
    CHECK(std::ranges::count(piece, '\n') <= 302);
    text += piece;
  }
  CHECK(pieces.size() > 60);
  std::multiset<std::string> heads;
  std::size_t up = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    if (line.starts_with("# TYPE ")) heads.insert(line);
    if (line.starts_with("drover_server_up{")) ++up;
    at = end + 1;
  }
  CHECK(up == 1'000);
  for (const std::string& head : heads) CHECK(heads.count(head) == 1);
}

TEST_CASE("without checks there is no head of theirs either") {
  Facts facts = sample_facts(1, 1);
  facts.services[0].servers[0].checks.clear();
  CHECK(text_of(facts).find("drover_check") == std::string::npos);
}

}  // namespace
}  // namespace drover::metrics
