// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <fstream>
#include <iterator>

#include "lib/config/import/import.h"
#include "lib/config/import/lvs_cf_keywords.h"
#include "lib/config/import/nanny_check.h"
#include "lib/config/import/words.h"
#include "test/unit/catch.h"
#include "test/unit/config/support.h"

namespace drover::config {
namespace {

std::string data(const std::string& name) {
  std::ifstream file(std::string(DROVER_SOURCE_ROOT) + "/test/data/" + name);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Lines lines_of(const std::vector<ImportNote>& notes) {
  Lines lines;
  for (const ImportNote& note : notes)
    lines.push_back(std::to_string(note.line) + ": " + note.text);
  return lines;
}

bool names(const std::vector<ImportNote>& notes, std::size_t line, const std::string& word) {
  return std::ranges::any_of(notes, [&](const ImportNote& note) {
    return note.line == line && note.text.find(word) != std::string::npos;
  });
}

// What the daemon's own reader says of the result, on each node.
Lines complaints_of(const Imported& imported) {
  Lines all;
  for (const char* node : {"primary", "backup"}) {
    const auto loaded = parse(to_yaml(imported), "f", std::nullopt, node);
    if (!loaded)
      for (const Error& error : loaded.error()) all.push_back(to_string(error));
  }
  return all;
}

TEST_CASE("an lvs.cf that was posted with its values left out gives an error for each",
          "[import]") {
  const Imported imported = import_lvs_cf(data("lvs.cf"));
  CHECK(lines_of(imported.errors) ==
        Lines{
            "2: primary has no value",
            "5: backup has no value",
            "14: virtual lvsdev-vip { has no } that ends it",
            "16: address needs an address and an interface, such as \"192.0.2.10 eth0:1\", and has "
            "only eth0:1",
            "17: vip_nmask has no value",
            "29: address has no value",
            "33: server nginxdev2 begins within server nginxdev1 of line 28: a } is missing before",
            "34: address has no value",
            "38: server nginxdev3 begins within server nginxdev2 of line 33: a } is missing before",
            "38: server nginxdev3 { has no } that ends it",
            "39: address has no value",
        });
  CHECK(names(imported.warnings, 6, "heartbeat"));
  CHECK(names(imported.warnings, 19, "rnrn"));
}

TEST_CASE("an lvs.cf that is whole becomes a file that the daemon takes", "[import]") {
  const Imported imported = import_lvs_cf(data("lvs-filled.cf"));
  CHECK(lines_of(imported.errors).empty());
  CHECK(complaints_of(imported).empty());
  const auto loaded = parse(to_yaml(imported), "f", std::nullopt, "primary");
  REQUIRE(loaded);
  const Config& config = loaded->config;
  CHECK(config.nodes.size() == 2);
  CHECK(config.ports[0].device == "eth0");
  REQUIRE(config.services.size() == 1);
  CHECK(config.services[0].name == "lvsdev-vip");
  CHECK(to_string(config.services[0].address) == "192.0.2.10");
  CHECK(config.services[0].ports == std::vector<std::uint16_t>{80});
  CHECK(config.services[0].scheduler == "rr");
  const Pool& pool = config.pools.at("lvsdev-vip");
  REQUIRE(pool.servers.size() == 3);
  CHECK(pool.servers[2].name == "nginxdev3");
  CHECK(to_string(pool.servers[2].address) == "192.0.2.23");
  REQUIRE(pool.checks.size() == 1);
  CHECK(pool.checks[0].interval == Milliseconds(6'000));
  CHECK(pool.checks[0].rise == 2);  // 15 / 6
  CHECK(pool.checks[0].fall == 1);
  REQUIRE(config.failover);
  CHECK(config.failover->vrrp[0].peers.size() == 2);
}

// The file has every keyword once, with a value that it can have.
std::string every_keyword() {
  std::string text =
      "primary = 192.0.2.11\nbackup = 192.0.2.12\nbackup_active = 1\nservice = lvs\n"
      "network = direct\nkeepalive = 5\ndeadtime = 10\nsyncdaemon = 1\ntcp_timeout = 600\n"
      "tcpfin_timeout = 60\nudp_timeout = 0x20\n"
      "active_cmd = \"/usr/local/bin/up a'b\"\ninactive_cmd = /usr/local/bin/down\n";
  for (const LvsKeyword& keyword : lvs_global_keywords())
    if (!keyword.no_match.empty())
      text += std::string(keyword.name) + " = 1" + (keyword.two_values ? " eth0\n" : "\n");
  text +=
      "virtual web {\n active = 1\n address = 192.0.2.10 eth1:1\n port = http\n"
      " protocol = tcp\n scheduler = wlc\n persistent = 600\n pmask = 255.255.255.0\n"
      " sorry_server = 192.0.2.30\n send = \"GET / HTTP/1.0\\r\\n\\r\\n\"\n expect = \"HTTP\"\n"
      " use_regex = 0\n load_monitor = uptime\n timeout = 5\n reentry = 15\n quiesce_server = 1\n"
      " send_program = \"/usr/local/bin/check %h\"\n";
  for (const LvsKeyword& keyword : lvs_virtual_keywords())
    if (!keyword.no_match.empty()) text += " " + std::string(keyword.name) + " = 1\n";
  return text +
         " server one {\n  address = 192.0.2.21\n  active = 1\n  port = 80\n  weight = 010\n "
         "}\n}\n";
}

TEST_CASE("what is no text is not imported", "[import]") {
  for (const auto import : {import_lvs_cf, import_ipvsadm_save})
    CHECK(
        lines_of(import("\n# \xe4\n").errors) ==
        Lines{"2: this is no text file: byte 0xe4 is not UTF-8 text; save it as plain UTF-8 text"});
}

TEST_CASE("an IPv6 address without brackets has no port", "[import]") {
  const Imported imported = import_ipvsadm_save(
      "-A -t [2001:db8::10]:80 -s rr\n-a -t [2001:db8::10]:80 -r 2001:db8::21 -g\n");
  CHECK(lines_of(imported.errors).empty());
  CHECK(to_string(imported.services.at(0).servers.at(0).address) == "2001:db8::21");
}

TEST_CASE("a scheduler's flags are its own", "[import]") {
  const auto with = [](const std::string& options) {
    return import_ipvsadm_save("-A -t 192.0.2.10:80 " + options +
                               "\n-a -t 192.0.2.10:80 -r 192.0.2.21 -g\n");
  };
  CHECK(with("-s sh -b sh-port,sh-fallback").services.at(0).scheduler_flags ==
        Lines{"sh-port", "sh-fallback"});
  for (const char* other : {"-s rr -b sh-port", "-s sh -b mh-port", "-s mh -b flag-3"}) {
    CAPTURE(other);
    const Imported imported = with(other);
    CHECK(imported.services.at(0).scheduler_flags.empty());
    CHECK(names(imported.warnings, 1, "says nothing to the scheduler"));
  }
  CHECK(lines_of(with("-s sh -b s]h-port").errors) ==
        Lines{"1: there is no scheduler flag s]h-port"});
}

TEST_CASE("options of ipvsadm's may be written together with their values", "[import]") {
  const Imported imported = import_ipvsadm_save(
      "ipvsadm --add-service --tcp-service=192.0.2.10:80 --scheduler=wrr -p60\n"
      "-a -t192.0.2.10:80 -r 192.0.2.21 -g -w7\n"
      "--start-daemon backup --mcast-group=224.0.0.81 --sync-maxlen 1400 --mcast-ttl 1\n");
  REQUIRE(lines_of(imported.errors).empty());
  CHECK(imported.services.at(0).scheduler == "wrr");
  CHECK(imported.services[0].persistence_seconds == 60);
  CHECK(imported.services[0].servers.at(0).weight == 7);
  CHECK(lines_of(import_ipvsadm_save("-A -t 192.0.2.10:80 --ops=1\n").errors).at(0) ==
        "1: the option --ops takes no value");
}

TEST_CASE("every keyword of an lvs.cf comes to something or is named", "[import]") {
  const Imported imported = import_lvs_cf(every_keyword());
  CHECK(lines_of(imported.errors).empty());
  const std::string yaml = to_yaml(imported);
  for (const auto keywords : {lvs_global_keywords(), lvs_virtual_keywords()})
    for (const LvsKeyword& keyword : keywords) {
      INFO(keyword.name);
      if (!keyword.no_match.empty())
        CHECK(yaml.find(std::string(keyword.name) + " = 1") != std::string::npos);
      if (keyword.matters)
        CHECK(std::ranges::any_of(imported.warnings, [&](const ImportNote& note) {
          return note.text.starts_with(std::string(keyword.name) + " = ");
        }));
    }
  for (const std::string piece :
       {"address: \"192.0.2.11/24\", priority: 200", "interval: 1s, peers: [\"192.0.2.11\", ",
        "key_file: /etc/drover/sync.key", "tcp_established: 10m, tcp_fin_wait: 1m, udp: 32s",
        "device: 'eth1'", "address: \"192.0.2.10\"", "ports: [80]", "scheduler: wlc",
        "persistence: {timeout: 600s, mask: 24}", "sorry_server: \"192.0.2.30\"", "weight: 8}",
        "script: {command: ['/usr/local/bin/check', '%h'], output: 'HTTP'}",
        "interval: 5s, timeout: 5s, rise: 3, fall: 1", "quiesce_server = 1",
        "notify: {master: ['/usr/local/bin/up', 'a''b'], backup: ['/usr/local/bin/down']}",
        "load_monitor = uptime", "send: send_program takes its place"}) {
    INFO(piece);
    CHECK(yaml.find(piece) != std::string::npos);
  }
}

Lines errors_of(const std::string& text) {
  return lines_of(import_lvs_cf(text).errors);
}

std::string with_one_server(const std::string& lines) {
  return "network = direct\nvirtual web {\n active = 1\n address = 192.0.2.10 eth0:1\n" + lines +
         " server one {\n  address = 192.0.2.21\n  active = 1\n }\n}\n";
}

TEST_CASE("what Piranha refuses is an error with its line", "[import]") {
  CHECK(errors_of(with_one_server("")).empty());
  CHECK(errors_of(with_one_server(" sheduler = rr\n"))[0].starts_with(
      "5: Piranha has no keyword sheduler here; did you mean \"scheduler\"?"));
  CHECK(errors_of(with_one_server(" scheduler = fastest\n")) ==
        Lines{"5: there is no scheduler fastest"});
  CHECK(errors_of(with_one_server(" timeout = 5s\n")) ==
        Lines{"5: timeout is 5s, expected a whole number of at most 3600"});
  CHECK(errors_of(with_one_server(" timeout = 5 # seconds\n")) ==
        Lines{"5: a comment needs a line of its own: Piranha takes this one for another value"});
  CHECK(errors_of(with_one_server(" scheduler=rr\n")) ==
        Lines{"5: expected KEY = VALUE with blanks around the =, this line begins with "
              "scheduler=rr"});
  CHECK(errors_of(with_one_server(" use_regex = 2\n")) ==
        Lines{"5: use_regex is 2, expected a whole number of at most 1"});
  CHECK(errors_of(with_one_server("") + "}\n") == Lines{"10: this } ends nothing"});
  CHECK(errors_of("server one {\n}\n")[0] ==
        "1: a server stands within a virtual or failover section");
  CHECK(errors_of("serial_no = 1\n") ==
        Lines{"0: there is no active virtual server in the file, so nothing to balance"});
}

TEST_CASE("NAT, other ports and what is not active stand in the result as comments", "[import]") {
  const Imported imported = import_lvs_cf(
      "virtual web {\n active = 1\n address = 192.0.2.10 eth0:1\n"
      " server one {\n  address = 192.0.2.21\n  active = 1\n }\n"
      " server two {\n  address = 192.0.2.22\n  active = 1\n  port = 8080\n }\n"
      " server three {\n  address = 192.0.2.23\n  active = 0\n }\n}\n"
      "virtual old {\n active = 0\n address = 192.0.2.9 eth0:2\n port = 81\n"
      " server one {\n  address = 192.0.2.21\n  active = 1\n }\n}\n");
  CHECK(lines_of(imported.errors).empty());
  CHECK(names(imported.warnings, 0, "direct routing only"));
  CHECK(names(imported.warnings, 11, "8080"));
  CHECK(complaints_of(imported).empty());
  const auto loaded = parse_here(to_yaml(imported));
  REQUIRE(loaded);
  CHECK(loaded->config.services.size() == 1);
  CHECK(loaded->config.pools.at("web").servers.size() == 1);
  const std::string yaml = to_yaml(imported);
  CHECK(yaml.find("      # - {name: two, address: \"192.0.2.22\", weight: 1}") !=
        std::string::npos);
  CHECK(yaml.find("#   - name: old\n") != std::string::npos);
}

TEST_CASE("nanny's questions as checks", "[import]") {
  const auto what = [](NannyCheck nanny) { return import_check(nanny).what; };
  const std::string get = "GET /a HTTP/1.0\\r\\n\\r\\n";
  CHECK(what({}) == "http: {path: '/', status: 100-599}");
  CHECK(what({.send = {}, .expect = {}, .program = {}, .port = 25}) == "tcp: {}");
  CHECK(what({.send = get, .expect = "HTTP", .program = {}}) ==
        "http: {path: '/a', status: 100-599}");
  CHECK(what({.send = "GET /a HTTP/1.0rnrn", .expect = "HTTP", .program = {}}) ==
        "http: {path: '/a', status: 100-599}");
  CHECK(what({.send = get, .expect = "HTTP/1.1 200", .program = {}}) ==
        "http: {path: '/a', status: 200}");
  CHECK(what({.send = get, .expect = "HTTP/1.1 2", .program = {}}) ==
        "http: {path: '/a', status: 200-299}");
  CHECK(what({.send = "HEAD / HTTP/1.1\\r\\nHost: www\\r\\n\\r\\n",
              .expect = "HTTP",
              .program = {}}) == "http: {path: '/', status: 100-599, method: HEAD, host: 'www'}");
  CHECK(what({.send = get, .expect = "it's up", .program = {}}) ==
        "expect: {send: 'GET /a HTTP/1.0\\r\\n\\r\\n', receive: 'it''s up'}");
  CHECK(what({.send = get, .expect = "HTTP/1.. 2", .program = {}, .use_regex = true}) ==
        "expect: {send: 'GET /a HTTP/1.0\\r\\n\\r\\n', regex: 'HTTP/1.. 2'}");
  CHECK(what({.send = {}, .expect = "220", .program = {}, .port = 25}) ==
        "expect: {receive: '220'}");
  CHECK(what({.send = "x", .expect = {}, .program = {}, .port = 53, .udp = true}) ==
        "expect: {send: 'x', receive: '*', udp: true}");
}

const std::string saved =
    "-A -t 192.0.2.10:80 -s rr\n"
    "-a -t 192.0.2.10:80 -r 192.0.2.21:80 -g -w 1\n"
    "-a -t 192.0.2.10:80 -r 192.0.2.22:80 -g -w 3 -x 100 -y 50\n"
    "-A -t 192.0.2.10:443 -s rr\n"
    "-a -t 192.0.2.10:443 -r 192.0.2.21:443 -g -w 1\n"
    "-a -t 192.0.2.10:443 -r 192.0.2.22:443 -g -w 3 -x 100 -y 50\n"
    "ipvsadm --add-service --udp-service 192.0.2.10:53 --scheduler sh -b sh-port -p 600 -M "
    "255.255.255.0 -o\n"
    "-a -u 192.0.2.10:53 -r 192.0.2.23:53 -m\n"
    "-A -t 192.0.2.9:0 -s wlc -p\n"
    "-a -t 192.0.2.9:0 -r 192.0.2.21:0 -g -w 1\n"
    "-A -f 5 -s rr\n"
    "--set 600 60 300\n"
    "-A -t 192.0.2.8:80 -s rr\n"
    "-a -t 192.0.2.8:80 -r 192.0.2.21:8080 -m -w 1\n";

TEST_CASE("what ipvsadm-save wrote becomes a file that the daemon takes", "[import]") {
  const Imported imported = import_ipvsadm_save(saved);
  CHECK(lines_of(imported.errors).empty());
  CHECK(complaints_of(imported).empty());
  const auto loaded = parse_here(to_yaml(imported));
  REQUIRE(loaded);
  const Config& config = loaded->config;
  REQUIRE(config.services.size() == 3);
  CHECK(config.services[0].ports == std::vector<std::uint16_t>{80, 443});
  CHECK(config.pools.at("tcp-80").servers[1].weight == 3);
  CHECK(config.pools.at("tcp-80").servers[1].upper_threshold == 100);
  CHECK(config.services[1].protocol == Protocol::udp);
  CHECK(config.services[1].one_packet);
  CHECK(config.services[1].scheduler_flags.size() == 1);
  REQUIRE(config.services[1].persistence);
  CHECK(config.services[1].persistence->mask == 24);
  CHECK(config.services[2].ports.empty());
  REQUIRE(config.services[2].persistence);
  CHECK(config.services[2].persistence->timeout == Milliseconds(300'000));
  CHECK(config.timeouts.tcp_established == Milliseconds(600'000));
  CHECK(names(imported.warnings, 8, "NAT"));
  CHECK(names(imported.warnings, 11, "firewall marks"));
  CHECK(names(imported.warnings, 14, "8080"));
  CHECK(to_yaml(imported).find("# - {name: 192.0.2.21, address: \"192.0.2.21\", weight: 1}") !=
        std::string::npos);
}

TEST_CASE("what ipvsadm would refuse is an error with its line", "[import]") {
  const auto errors = [](const std::string& text) {
    return lines_of(import_ipvsadm_save(text).errors);
  };
  CHECK(errors("-A -t 192.0.2.10:80 --fast\n")[0] == "1: ipvsadm has no option --fast");
  CHECK(errors("-A -t\n")[0] == "1: the option -t needs a value");
  CHECK(errors("-A -t www:80\n")[0] ==
        "1: www:80 is no address and port: save with numbers, `ipvsadm-save -n`");
  CHECK(errors("-a -t 192.0.2.10:80 -r 192.0.2.21\n")[0] ==
        "1: a server of a service that has not been added before");
  CHECK(errors("-A -t 192.0.2.10:80\n-A -t 192.0.2.10:80\n")[0] ==
        "2: this service is added a second time");
  CHECK(errors("-A -t 192.0.2.10:80 -s fastest\n")[0] == "1: there is no scheduler fastest");
  CHECK(errors("--set 1 2\n")[0] == "1: --set needs three time-outs");
}

TEST_CASE("the two kinds are told apart", "[import]") {
  CHECK(detect_kind(data("lvs.cf")) == ImportKind::lvs_cf);
  CHECK(detect_kind("# saved\n\n" + saved) == ImportKind::ipvsadm_save);
  CHECK(detect_kind("/sbin/ipvsadm -C\n") == ImportKind::ipvsadm_save);
  CHECK(detect_kind("virtual web {\n}\n") == ImportKind::lvs_cf);
  CHECK_FALSE(detect_kind("services: []\n"));
  CHECK_FALSE(detect_kind("\n# nothing\n"));
}

TEST_CASE("lines of words", "[import]") {
  const auto lines = word_lines("a = \"b c\"\r\n # no\r\n\rd\te='f g'\n\"open \\\" quote");
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].number == 1);
  CHECK(lines[0].words == std::vector<std::string>{"a", "=", "\"b c\""});
  CHECK(lines[1].number == 4);
  CHECK(lines[1].words == std::vector<std::string>{"d", "e='f g'"});
  CHECK(lines[2].words == std::vector<std::string>{"\"open \\\" quote"});
  CHECK(unquoted("\"b c\"") == "b c");
  CHECK(unquoted("\"b") == "\"b");
}

}  // namespace
}  // namespace drover::config
