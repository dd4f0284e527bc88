// SPDX-License-Identifier: BSD-3-Clause
// Changes at run time: on top of the file, across reloads, and as a file again.
#include "lib/config/admin_state.h"
#include "lib/config/operations.h"
#include "lib/config/running.h"
#include "lib/config/tree.h"
#include "test/unit/catch.h"
#include "test/unit/config/support.h"

namespace drover::config {
namespace {

const std::string file =
    "ports: [{name: front, driver: af_xdp, device: eth0}]\n"
    "pools: {nginx: {servers: [{name: a, address: 192.0.2.21}, {name: b, address: 192.0.2.22}]}}\n"
    "services:\n"
    "  - {name: web, address: 192.0.2.10, ports: [80, 443], pool: nginx}\n"
    "  - {name: dns, address: 192.0.2.10, ports: [53], protocol: udp,\n"
    "     servers: [{name: c, address: 192.0.2.23}]}\n";

Loaded loaded(const std::string& text) {
  auto read = parse_here(text);
  REQUIRE(read);
  return *read;
}

Running started(const std::string& text = file) {
  return Running(loaded(text), {.option = {}, .host_name = "lb1"});
}

Running changed(const Running& before, const Result<Changes>& changes) {
  INFO((changes ? "" : to_string(changes.error())));
  REQUIRE(changes);
  auto after = before.with_changes(*changes);
  REQUIRE(after);
  return *after;
}

Running reloaded(const Running& before, const std::string& text) {
  auto after = before.with_file(loaded(text));
  REQUIRE(after);
  return *after;
}

YamlNode json(const std::string& text) {
  const auto node = parse_document(text);
  REQUIRE(node);
  return *node;
}

Lines shown(const Running& running) {
  Lines lines;
  for (const Difference& each : running.differences_from(loaded(file)))
    lines.push_back(to_string(each));
  return lines;
}

const Server& server(const Running& running, const std::string& pool, std::size_t index) {
  return running.config().pools.at(pool).servers.at(index);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a weight and a state are changed by any name of the service and server", "[config]") {
  for (const char* service : {"web", "192.0.2.10:80", "192.0.2.10:443"})
    for (const char* name : {"b", "192.0.2.22"}) {
      const Running heavy = changed(started(), set_weight(started(), service, name, 3));
      CHECK(server(heavy, "nginx", 1).weight == 3);
      CHECK(shown(heavy) == Lines{"pools.nginx.servers.b.weight: not set -> 3"});
      const Running drained = changed(heavy, set_state(heavy, service, name, AdminState::drained));
      CHECK(server(drained, "nginx", 1).share() == 0);
      CHECK(server(drained, "nginx", 1).weight == 3);
      CHECK(drained.changes().size() == 1);
    }
}

TEST_CASE("a change back to what the file says is none", "[config]") {
  Running running = changed(started(), set_weight(started(), "web", "a", 3));
  running = changed(running, set_state(running, "web", "a", AdminState::disabled));
  running = changed(running, set_state(running, "web", "a", AdminState::enabled));
  running = changed(running, set_weight(running, "web", "a", 1));
  CHECK(running.changes().empty());
  CHECK(shown(running).empty());
}

TEST_CASE("servers come and go", "[config]") {
  Running running = changed(started(), remove_server(started(), "web", "a"));
  CHECK(running.config().pools.at("nginx").servers.size() == 1);
  CHECK(remove_server(running, "web", "b").error().what == "it is the last server");
  running = changed(running,
                    add_server(running, "web", json(R"({"address": "192.0.2.24", "weight": 2})")));
  CHECK(server(running, "nginx", 1).weight == 2);
  running = changed(running, set_state(running, "web", "192.0.2.24", AdminState::drained));
  CHECK(server(running, "nginx", 1).state == AdminState::drained);
  CHECK(running.changes().size() == 2);
  running = changed(running, remove_server(running, "web", "192.0.2.24"));
  CHECK(shown(running) ==
        Lines{"pools.nginx.servers.a: {name: a, address: 192.0.2.21} -> not set"});
}

TEST_CASE("services come and go, with servers in place or a pool", "[config]") {
  Running running =
      changed(started(), add_service(started(), json(R"({"name": "mail", "address": "192.0.2.11",
                                     "ports": [25], "servers": [{"address": "192.0.2.25"}]})")));
  REQUIRE(running.config().services.size() == 3);
  running = changed(running, set_weight(running, "mail", "192.0.2.25", 9));
  CHECK(server(running, "service mail", 0).weight == 9);
  running = changed(running, remove_service(running, "dns"));
  CHECK(running.config().services.size() == 2);
  running = changed(running, remove_service(running, "mail"));
  CHECK(running.changes().size() == 1);
  CHECK(remove_service(running, "web").error().what == "it is the last service");
}

TEST_CASE("a program is the file's alone to name", "[config]") {
  const auto with_check = [](const std::string& check) {
    return add_service(started(), json(R"({"name": "mail", "address": "192.0.2.11", "ports": [25],
                                       "servers": [{"address": "192.0.2.25"}], "checks": [)" +
                                       check + "]}"));
  };
  for (const char* check : {R"({"script": {"command": ["/bin/true"]}})",
                            R"({"tcp": {}}, {"agent": {"command": ["/bin/true"]}})"}) {
    CAPTURE(check);
    const auto refused = started().with_changes(*with_check(check));
    REQUIRE_FALSE(refused);
    CHECK(to_string(refused.error().front()) ==
          "service mail: a check runs a program, which only the file can name; write it into the "
          "file and reload");
  }
  CHECK(started().with_changes(*with_check(R"({"tcp": {}})")));
  // A pool of the file's may have one.
  const Running running =
      started(replaced(file, "{nginx: {", "{nginx: {checks: [{script: {command: [/bin/true]}}], "));
  CHECK(running.with_changes(*add_service(
      running,
      json(R"({"name": "mail", "address": "192.0.2.11", "ports": [25], "pool": "nginx"})"))));
}

TEST_CASE("what is wrong with a change is said as of a file", "[config]") {
  const Running running = started();
  CHECK(to_string(set_weight(running, "wbe", "a", 1).error()) ==
        "wbe: there is no such service; did you mean \"web\"?");
  CHECK(to_string(set_weight(running, "web", "c", 1).error()) ==
        "c: web has no such server; its servers are a, b");
  CHECK(set_weight(running, "web", "a", 65'536).error().where == "weight");
  CHECK(add_server(running, "web", json(R"({"address": "192.0.2.22"})")).error().where ==
        "192.0.2.22");
  const auto wrong = [&](const std::string& body) {
    const auto made = running.with_changes(*add_server(running, "web", json(body)));
    REQUIRE_FALSE(made);
    return made.error().front().what;
  };
  CHECK(wrong(R"({"address": "192.0.2.24", "wieght": 2})") == "a server has no key \"wieght\"");
  CHECK(wrong(R"({"address": "192.0.2.24", "weight": "2"})").starts_with("weight is \"2\""));
  CHECK(wrong(R"({"address": "2001:db8::1"})").find("IPv6") != std::string::npos);
}

TEST_CASE("changes stay across a reload, as far as the file has a place for them", "[config]") {
  Running running = changed(started(), set_weight(started(), "web", "a", 3));
  running = changed(running, set_state(running, "web", "b", AdminState::drained));
  running = changed(running, set_weight(running, "dns", "c", 7));
  running = changed(running, add_server(running, "web", json(R"({"address": "192.0.2.24"})")));

  const Running same_file = reloaded(running, file);
  CHECK(same_file.dropped_changes().empty());
  CHECK(shown(same_file) == shown(running));

  const Running without_b =
      reloaded(running, replaced(file, ", {name: b, address: 192.0.2.22}", ""));
  CHECK(without_b.dropped_changes() ==
        Lines{"nginx: the server 192.0.2.22 is no longer in the file, nor is the change to it"});
  CHECK(server(without_b, "nginx", 0).weight == 3);
  CHECK(without_b.changes().size() == 3);

  const Running has_it = reloaded(
      running, replaced(file, "192.0.2.22}]", "192.0.2.22}, {name: d, address: 192.0.2.24}]"));
  CHECK(has_it.dropped_changes() ==
        Lines{"nginx: the file has the server 192.0.2.24 now, and the file's is taken"});
  CHECK(server(has_it, "nginx", 2).name == "d");

  const Running no_dns = reloaded(running, file.substr(0, file.find("  - {name: dns")));
  CHECK(no_dns.dropped_changes() == Lines{"service dns: its servers are no longer in the file, "
                                          "nor are the changes to them"});
}

TEST_CASE("what a start alone can change is named and kept", "[config]") {
  const Running running = reloaded(
      started(), replaced(file, "eth0", "eth1") + "workers: 2\nconnections: 5000\nrefusals: 7\n");
  CHECK(running.waiting_for_restart() == Lines{"workers", "connections", "ports"});
  CHECK(running.config().ports[0].device == "eth0");
  CHECK(running.config().workers.count == 1);
  CHECK(running.config().refusals == 7);
  CHECK(reloaded(running, file).waiting_for_restart().empty());
  CHECK(reloaded(started(), file + "workers: 1\n").waiting_for_restart().empty());
}

TEST_CASE("what runs can be saved, and the saved file is the same", "[config]") {
  Running running = changed(started(), set_state(started(), "web", "a", AdminState::disabled));
  running = changed(running, remove_service(running, "dns"));
  const Running again = started(running.as_file());
  CHECK(again.differences_from(running).empty());
  CHECK(server(again, "nginx", 0).state == AdminState::disabled);
}

TEST_CASE("a changed order of servers is a difference", "[config]") {
  const auto list = [](const std::string& text) { return json("{servers: [" + text + "]}"); };
  const auto found = differences(list("{name: a, weight: 1}, {name: b}, {name: x}"),
                                 list("{name: b}, {name: a, weight: 2}"));
  Lines lines;
  for (const Difference& each : found) lines.push_back(to_string(each));
  CHECK(lines == Lines{"servers.(order): a, b -> b, a", "servers.a.weight: 1 -> 2",
                       "servers.x: {name: x} -> not set"});
}

}  // namespace drover::config
