// SPDX-License-Identifier: BSD-3-Clause
// Whole files: what they become, which node they are read on, and what is said about them.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "lib/config/report.h"
#include "test/unit/catch.h"
#include "test/unit/config/support.h"
#include "test/unit/temporary_directory.h"

namespace drover::config {
namespace {

const std::filesystem::path root = DROVER_SOURCE_ROOT;

IpAddress address(const char* text) {
  return *IpAddress::parse(text);
}

}  // namespace

TEST_CASE("what the file leaves out has a default", "[config]") {
  const auto loaded = parse_here(minimal_and(""));
  REQUIRE(loaded);
  const Config& config = loaded->config;
  CHECK(loaded->warnings.empty());
  CHECK(config.nodes.empty());
  CHECK_FALSE(config.node);
  CHECK(config.own_addresses().empty());
  CHECK(config.workers.count == 1);
  CHECK(config.workers.cores.empty());
  CHECK(config.idle == Idle::adaptive);
  CHECK(config.connections == 1'000'000);
  CHECK(config.refusals == 1'000);
  CHECK(config.ports.at(0).source_mac == SourceMac::own);
  CHECK(config.ports.at(0).frames == 8'192);
  CHECK(config.pools.at("web").servers.at(0).name == "192.0.2.21");
  CHECK(config.pools.at("web").servers.at(0).weight == 1);
  CHECK_FALSE(config.pools.at("web").servers.at(0).mac);
  CHECK(config.services.at(0).protocol == Protocol::tcp);
  CHECK(config.services.at(0).scheduler == "rr");
  CHECK(config.timeouts.tcp_established == std::chrono::minutes(15));
  CHECK(config.timeouts.tcp_syn_received == std::chrono::minutes(1));
  CHECK(config.timeouts.tcp_fin_wait == std::chrono::minutes(2));
  CHECK(config.timeouts.tcp_time_wait == std::chrono::minutes(2));
  CHECK(config.timeouts.tcp_close == std::chrono::seconds(10));
  CHECK(config.timeouts.udp == std::chrono::minutes(5));
  CHECK(config.api.socket == "/run/drover/drover.sock");
  CHECK_FALSE(config.failover);
  CHECK_FALSE(config.metrics);
}

TEST_CASE("every key of a full file arrives", "[config]") {
  const auto loaded = load(root / "test/unit/config/data/all_keys.yaml", "lb2", "elsewhere");
  REQUIRE(loaded);
  const Config& config = loaded->config;
  REQUIRE(config.nodes.size() == 2);
  REQUIRE(config.node);
  CHECK(config.nodes[*config.node].name == "lb2");
  CHECK(config.nodes[*config.node].priority == 100);
  CHECK(config.own_addresses() == std::vector{*IpInterface::parse("192.0.2.12/24")});
  CHECK(config.ports.at(0).name == "front");
  CHECK(config.ports.at(0).driver == PortDriver::af_xdp);
  CHECK(config.ports.at(0).device == "eth0");

  const Pool& pool = config.pools.at("nginx");
  CHECK(pool.name == "nginx");
  CHECK(pool.servers.at(0).name == "nginx1");
  CHECK(pool.servers.at(1).mac == MacAddress::parse("02:00:00:00:00:16"));
  REQUIRE(pool.checks.size() == 1);
  const HttpCheck& http = std::get<HttpCheck>(pool.checks[0].kind);
  CHECK(http.path == "/");
  CHECK(http.status.at(0).last == 399);
  CHECK(pool.checks[0].interval == std::chrono::seconds(2));
  CHECK(pool.checks[0].timeout == std::chrono::seconds(1));
  CHECK(pool.checks[0].rise == 2);
  CHECK(pool.checks[0].fall == 3);

  const Service& service = config.services.at(0);
  CHECK(service.name == "web");
  CHECK(service.address == address("192.0.2.10"));
  CHECK(service.ports == std::vector<std::uint16_t>{80, 443});
  CHECK(service.pool == "nginx");
  REQUIRE(service.persistence);
  CHECK(service.persistence->timeout == std::chrono::minutes(5));
  CHECK(service.persistence->mask == 32);
  CHECK(service.persistence->across_ports);
  CHECK(service.sorry_server == address("192.0.2.30"));

  REQUIRE(config.failover);
  CHECK(config.failover->vrrp.at(0).id == 51);
  CHECK(config.failover->vrrp.at(0).interval == std::chrono::milliseconds(100));
  CHECK(config.failover->vrrp.at(0).peers.at(1) == address("192.0.2.12"));
  CHECK(config.failover->sync.value().key_file == "/etc/drover/sync.key");
  REQUIRE(config.metrics);
  CHECK(config.metrics->listen.address == address("127.0.0.1"));
  CHECK(config.metrics->listen.port == 9641);
}

TEST_CASE("servers in a service become a pool of their own", "[config]") {
  const auto loaded =
      parse_here(some_ports +
                 "services: [{name: web, address: 192.0.2.10, ports: [80], servers: "
                 "[{name: a, address: 192.0.2.21}]}]\n");
  REQUIRE(loaded);
  CHECK(loaded->config.services.at(0).pool == "service web");
  CHECK(loaded->config.pools.at("service web").servers.at(0).name == "a");
}

TEST_CASE("--node or the host's name picks the node", "[config]") {
  const std::string text =
      minimal_and("nodes: {lb1: {address: 192.0.2.11/24}, lb2: {address: 192.0.2.12/24}}\n");
  const auto picked = [&](const std::optional<std::string>& option, const char* host) {
    const auto loaded = parse(text, "f", option, host);
    return loaded ? loaded->config.nodes[*loaded->config.node].name
                  : to_string(loaded.error().at(0));
  };
  CHECK(picked("lb2", "lb1") == "lb2");
  CHECK(picked(std::nullopt, "lb1") == "lb1");
  CHECK(picked(std::nullopt, "lb2.example.net") == "lb2");
  CHECK(picked("lb3", "lb1") == "f:4:8: there is no node \"lb3\"; the nodes are lb1, lb2");
  CHECK(picked("lb2.example.net", "lb1") ==
        "f:4:8: there is no node \"lb2.example.net\"; the nodes are lb1, lb2");
  CHECK(picked(std::nullopt, "web1") ==
        "f:4:8: this host's name, \"web1\", is no node's; the nodes are lb1, lb2; name one with "
        "--node");
  const auto without = parse(minimal_and(""), "f", "lb1", "lb1");
  REQUIRE_FALSE(without);
  CHECK(lines_of(without.error()) ==
        Lines{"f: there is no node \"lb1\": the file has no nodes; leave --node out"});
}

TEST_CASE("all errors are shown at once, in the file's order", "[config]") {
  CHECK(
      complaints("services:\n"
                 "  - name: web\n"
                 "    address: 192.0.2.10\n"
                 "    ports: [80, 0]\n"
                 "    pool: nginx\n"
                 "idel: busy\n"
                 "ports:\n"
                 "  - {name: front, driver: af_xdp, device: eth0}\n"
                 "  - {name: front, driver: af_xdp}\n"
                 "pools:\n"
                 "  nginx:\n"
                 "    servers:\n"
                 "      - {address: 192.0.2.10}\n"
                 "      -\n"
                 "      - {address: 192.0.2.22, wait: 1}\n") ==
      Lines{
          "f:4:17: item 2 of ports is 0, expected a whole number from 1 to 65535",
          "f:6:1: the file has no key \"idel\"; did you mean \"idle\"?",
          "f:9:5: a port needs the key \"device\"",
          "f:9:12: the name front is another port's; the first is at 8:12",
          "f:13:7: item 2 of servers is empty, expected a map with the keys address, name, "
          "weight, state, mac, upper_threshold, lower_threshold",
          "f:13:19: 192.0.2.10 is also the address of the VIP of the service web; that is at "
          "3:14",
          "f:15:31: a server has no key \"wait\"; its keys are address, name, weight, state, mac, "
          "upper_threshold, lower_threshold"});
}

TEST_CASE("what nobody uses is a warning", "[config]") {
  CHECK(warnings(some_ports +
                 "pools: {web: {servers: [{address: 192.0.2.21}]},\n"
                 "  old: {servers: [{address: 192.0.2.22}]}}\n" +
                 some_services) == Lines{"f:3:3: no service uses the pool old"});
}

TEST_CASE("a place is known for what is found wrong later", "[config]") {
  const auto loaded = parse_here(minimal_and("idle: busy\n"));
  REQUIRE(loaded);
  CHECK(loaded->places.where("ports[0].device") == "f:1:47");
  CHECK(loaded->places.where("ports[0].source_mac") == "f:1:9");  // not given: the port's
  CHECK(loaded->places.where("services[0].ports[0]") == "f:3:53");
  CHECK(loaded->places.where("api.socket") == "f");
}

TEST_CASE("a report counts what is there", "[config]") {
  CHECK(check_report("f", parse_here(minimal_and(""))) ==
        "f: ok: 1 virtual service, 1 server, 1 port, 1 worker\n");
  CHECK(check_report("f", parse_here(some_ports +
                                     "pools: {web: {servers: [{address: 192.0.2.21}]},\n"
                                     "  old: {servers: [{address: 192.0.2.22}]}}\n" +
                                     some_services +
                                     "workers: 2\n"
                                     "nodes: {lb1: {address: 192.0.2.11/24}}\n")) ==
        "f:3:3: warning: no service uses the pool old\n"
        "f: ok: 1 virtual service, 2 servers, 1 port, 2 workers, node lb1\n");
  CHECK(check_report("f", parse_here(minimal_and("idle: 5\nworkers: 0\n"))) ==
        "f:4:7: idle is 5, expected one of adaptive, busy\n"
        "f:5:10: workers is 0, expected a whole number from 1 to 64\n"
        "f: 2 errors\n");
  CHECK(check_report("f", parse_here("")) ==
        "f: the file is empty; start from conf/drover.yaml, which docs/configuration.md explains\n"
        "f: 1 error\n");
}

TEST_CASE("every file that comes with drover is right", "[config]") {
  std::vector<std::filesystem::path> files{root / "conf/drover.yaml"};
  for (const auto& entry : std::filesystem::directory_iterator(root / "conf/examples"))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  CHECK(files.size() > 3);
  for (const auto& file : files) {
    const auto loaded = load(file, std::nullopt, "lb1");
    INFO(check_report(file, loaded));
    CHECK(loaded);
  }
}

TEST_CASE("programs are run only from a file that root alone may write", "[config]") {
  const std::string track =
      "failover: {vrrp: [{id: 1, track: [{script: {command: [/bin/true]}}]}]}\n";
  const std::string notify = "failover: {vrrp: [{id: 1, notify: {backup: [/bin/true]}}]}\n";
  const std::string check =
      "pools: {web: {servers: [{address: 192.0.2.21}], checks: [{script: {command: "
      "[/bin/true]}}]}}\n";
  const TemporaryDirectory directory;
  const std::string path = (directory.path() / "f").string();
  const auto loaded = [&] { return load(path, std::nullopt, "lb1"); };
  const bool is_root = geteuid() == 0;
  for (const auto& [text, what] : {std::pair{some_ports + check + some_services, ":2:57: a check"},
                                   std::pair{minimal_and(track), ":4:35: track"},
                                   std::pair{minimal_and(notify), ":4:35: notify"}}) {
    CAPTURE(text);
    std::ofstream(path) << text;
    const std::string refused = path + what +
                                " runs a program, but not only root can write this file; "
                                "chown root:root " +
                                path + " && chmod go-w " + path;
    chmod(path.c_str(), 0644);
    CHECK(loaded().has_value() == is_root);
    chmod(path.c_str(), 0664);
    REQUIRE_FALSE(loaded());
    CHECK(lines_of(loaded().error()) == Lines{refused});
    chmod(path.c_str(), 0644);
    if (is_root) REQUIRE(chown(path.c_str(), 65'534, 65'534) == 0);
    REQUIRE_FALSE(loaded());
    CHECK(lines_of(loaded().error()) == Lines{refused});
    // `drover check` says so, too, and reads on.
    const auto checked = load_for_every_node(path);
    REQUIRE(checked);
    CHECK(lines_of(checked->warnings).back() == refused);
    std::filesystem::remove(path);
  }
}

TEST_CASE("a cut file gives errors and nothing else", "[config]") {
  std::ifstream stream(root / "test/unit/config/data/all_keys.yaml");
  const std::string whole{std::istreambuf_iterator<char>(stream), {}};
  REQUIRE(whole.size() > 1'000);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto loaded = parse_here(whole.substr(0, length));
    if (loaded) continue;
    for (const Error& error : loaded.error()) {
      CHECK(error.where.starts_with("f"));
      CHECK_FALSE(error.what.empty());
    }
  }
}

}  // namespace drover::config
