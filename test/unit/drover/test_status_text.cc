// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/status_text.h"
#include "test/unit/catch.h"
#include "test/unit/drover/sample.h"

namespace drover::client {
namespace {

api::Status sample_status() {
  api::Status status;
  status.version = "0.1.0";
  status.node = "lb1";
  status.uptime_seconds = 93'784;
  status.generation = 7;
  status.memory = {.hugepages = true, .table_pages = "2 MB hugepages"};
  api::Port port;
  port.name = "front";
  port.driver = "af_xdp";
  port.device = "eth0";
  port.kernel_interface = "eth0";
  port.mac = MacAddress::parse("02:00:00:00:00:01");
  port.mtu = 1500;
  port.link = {true, 10'000};
  port.queues = 2;
  port.received = 1'234'567;
  port.sent = 1'234'000;
  port.missed = 5;
  status.ports = {port};
  status.workers = {
      {.id = 0, .lcore = 1, .core = 2, .busy_ratio = 0.125, .bursts = 123'456, .sleeps = 7},
      {.id = 1, .lcore = 2, .core = 3, .busy_ratio = 1, .bursts = 0, .sleeps = 0}};
  status.table = {1'000'000, 1234, {{"embryonic", 3}, {"closing", 0}}, 2, 1};
  status.verdicts = {{"forwarded", 123'456'789}, {"refused", 0}, {"no_such_vip", 12}, {"x", 0}};
  status.servers = {
      {ip("192.0.2.21"), MacAddress::parse("02:00:00:00:00:15"), api::MacSource::kernel},
      {ip("2001:db8:1234:5678:9abc:def0:1234:5678"), MacAddress::parse("02:00:00:00:00:16"),
       api::MacSource::file},
      {ip("192.0.2.23"), std::nullopt, api::MacSource::unresolved}};
  status.notes = {
      "the VIPs do not answer the balancer itself: try them from another host, or ask a real "
      "server by its own address"};
  return status;
}

TEST_CASE("a status in full") {
  REQUIRE(status_text(sample_status()) ==
          R"(droverd 0.1.0 on lb1, up 1 d 02:03:04, snapshot 7, memory on hugepages

Ports
  front: af_xdp eth0, link up, 10 Gbit/s, 2 queues
    MAC 02:00:00:00:00:01, MTU 1500
    frames: received 1,234,567, sent 1,234,000, missed 5, errors 0, no buffer 0

Workers   lcore   core      busy              bursts              sleeps
       0       1      2    12.5 %             123,456                   7
       1       2      3   100.0 %                   0                   0

Connection table
  1,234 of 1,000,000 entries in use (0.1 %), on 2 MB hugepages
  evicted: embryonic 3, closing 0; packets without room: 2; bursts in which
  inserts stopped: 1

Verdicts (packets)
  forwarded                  123,456,789
  no_such_vip                         12
  2 others 0 (drover status --json names them)

Real servers                              MAC address       known from
  192.0.2.21                              02:00:00:00:00:15 kernel
  2001:db8:1234:5678:9abc:def0:1234:5678  02:00:00:00:00:16 file
  192.0.2.23                              -                 unresolved

Notes
  - the VIPs do not answer the balancer itself: try them from another host, or
    ask a real server by its own address
)");
}

TEST_CASE("no line is wider than 80 columns") {
  auto status = sample_status();
  status.ports[0].device = "0000:03:00.0";
  status.ports[0].kernel_interface = "drover-front";
  status.ports[0].received = status.ports[0].sent = status.ports[0].missed = ~std::uint64_t{0};
  status.workers[0].bursts = status.workers[0].sleeps = 1'000'000'000'000'000;
  status.verdicts[2].name = "the_longest_name_of_a_verdict";
  status.verdicts[2].count = ~std::uint64_t{0};
  const auto text = status_text(status);
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    INFO(text.substr(begin, end - begin));
    CHECK(end - begin <= 80);
    begin = end + 1;
  }
}

TEST_CASE("what there is nothing to say of is left out") {
  REQUIRE(status_text({}) ==
          "droverd , up 00:00:00, snapshot 0, memory on ordinary pages (hugepages are\n"
          "faster)\n"
          "\n"
          "Connection table\n"
          "  0 of 0 entries in use (0.0 %)\n"
          "  packets without room: 0\n");
}

TEST_CASE("what a host interface lost is told if there is any") {
  auto status = sample_status();
  CHECK(status_text(status).find("the host") == std::string::npos);
  status.ports[0].host_dropped = 1'234;
  CHECK(status_text(status).find("lost to or from the host 1,234") != std::string::npos);
}

TEST_CASE("it says when what runs is not the file") {
  api::Status status;
  status.configuration = {.file = "f",
                          .matches_file = false,
                          .changes = 2,
                          .needs_restart = {"workers", "ports"},
                          .reloads_succeeded = 0,
                          .reloads_failed = 1,
                          .errors = {"f:1:2: bad"}};
  REQUIRE(
      status_text(status).ends_with("\nConfiguration: not as in the file\n"
                                    "  the last reload was refused, and what ran goes on:\n"
                                    "  f:1:2: bad\n"
                                    "  changed at run time: 2 (drover diff shows what)\n"
                                    "  waiting for a restart: workers, ports\n"));
}

TEST_CASE("link and queues in words") {
  auto status = sample_status();
  const auto port_lines = [&] {
    const auto text = status_text(status);
    const auto begin = text.find("  front");
    return text.substr(begin, text.find("    frames", begin) - begin);
  };
  status.ports[0].mac.reset();
  status.ports[0].queues = 1;
  status.ports[0].link = {false, 10'000};
  REQUIRE(port_lines() == "  front: af_xdp eth0, link DOWN, 1 queue\n    MTU 1500\n");
  status.ports[0].link = {true, 0};
  REQUIRE(port_lines() == "  front: af_xdp eth0, link up, 1 queue\n    MTU 1500\n");
  status.ports[0].link = {true, 2500};
  status.ports[0].kernel_interface = "tap0";
  REQUIRE(port_lines() ==
          "  front: af_xdp eth0, link up, 2500 Mbit/s, 1 queue\n"
          "    MTU 1500, kernel interface tap0\n");
}

TEST_CASE("a failover tells the role, why and the peers") {
  api::Status status;
  api::VrrpInstance instance{.id = 51,
                             .family = "ipv4",
                             .role = "master",
                             .reason = "no master was heard",
                             .fault = {},
                             .role_seconds = 61,
                             .transitions = 1,
                             .priority = 200,
                             .virtual_mac = {},
                             .vips = {ip("192.0.2.10"), ip("192.0.2.9")},
                             .heard_seconds_ago = 5.0,
                             .sent = 1'000,
                             .heard = 2,
                             .announcements = 10,
                             .discarded = {{"hop_limit", 3}},
                             .peers = {}};
  status.failover = api::Failover{.real_time = true, .held_back = {}, .instances = {instance}};
  const auto shows = [&](const std::string& text) {
    INFO(status_text(status));
    CHECK(status_text(status).find(text) != std::string::npos);
  };
  shows("\nFailover (VRRP)\n  51 (ipv4): master for ");
  shows("no master was heard; priority 200,");
  shows("VIPs 192.0.2.10, 192.0.2.9\n");
  shows("sent 1,000, heard 2; announcements 10; discarded:");
  shows("    no other balancer has been heard\n");
  status.failover->real_time = false;
  status.failover->held_back = "waits for its peer";
  status.failover->instances[0].peers = {{.address = ip("192.0.2.12"),
                                          .port = "front",
                                          .mac = {},
                                          .priority = 100,
                                          .heard_seconds_ago = 5}};
  shows("192.0.2.12 on front: priority 100, heard 5.0 s ago\n");
  shows("SCHED_FIFO is not permitted");
  shows("preempts nobody yet: waits for its peer\n");
}

TEST_CASE("who claims a VIP is named") {
  api::Status status;
  status.address_conflicts = {{.vip = ip("192.0.2.10"),
                               .mac = *MacAddress::parse("02:00:00:00:00:16"),
                               .server = ip("192.0.2.22"),
                               .frames = 3,
                               .seconds_ago = 0.4},
                              {.vip = ip("192.0.2.10"),
                               .mac = *MacAddress::parse("02:00:00:00:00:99"),
                               .server = std::nullopt,
                               .frames = 1,
                               .seconds_ago = 61}};
  const std::string text = status_text(status);
  REQUIRE(
      text.find("\nAddress conflicts\n"
                "  192.0.2.10 is claimed by the real server 192.0.2.22 at 02:00:00:00:00:16, "
                "0 s ago\n"
                "  192.0.2.10 is claimed by another machine at 02:00:00:00:00:99, 61 s ago\n") !=
      std::string::npos);
}

}  // namespace
}  // namespace drover::client
