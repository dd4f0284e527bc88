// SPDX-License-Identifier: BSD-3-Clause
// Files that are no configuration at all, and what YAML allows beyond plain maps and lists.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "lib/config/document.h"
#include "test/unit/catch.h"
#include "test/unit/config/support.h"

namespace drover::config {
namespace {

struct Case {
  std::string text;
  std::string complaint;
};

}  // namespace

TEST_CASE("what is no YAML document with a map is refused where it goes wrong", "[config]") {
  const std::string empty =
      "f: the file is empty; start from conf/drover.yaml, which "
      "docs/configuration.md explains";
  const Case cases[] = {
      {"", empty},
      {"\n\n# only a comment\n", empty},
      {"---\n", empty},
      {"a: 1\n---\nb: 2\n",
       "f:2:1: a second document starts here; keep one document in the file: remove this line, or "
       "what is not in use"},
      {"a: [1, 2\nb: 3\n",
       "f:2:2: this is not valid YAML: end of sequence flow not found; a { or [ is not closed, or "
       "a comma is missing"},
      {"a:\n\tb: 1\n",
       "f:2:3: this is not valid YAML: illegal map value; indent with spaces, not with tabs"},
      {"a: 1\n---\n",
       "f:2:1: a second document starts here; keep one document in the file: remove this line, or "
       "what is not in use"},
      {"a: [1, 2\n\n",
       "f:1:9: this is not valid YAML: end of sequence flow not found; a { or [ is not closed, or "
       "a comma is missing"},
      {"a: 1\n  b: 2\n",
       "f:2:4: this is not valid YAML: illegal map value; check the indentation, and put text that "
       "holds \": \" in quotes"},
      {"a: \"x\n",
       "f:1:6: this is not valid YAML: illegal document indicator in scalar; a quote is not "
       "closed"},
      {"a: *nobody\n", "f:1:4: this is not valid YAML: the referenced anchor is not defined"},
      {"[a]: 1\n", "f:1:1: a key must be a word, not a list or a map"},
      {"? {a: 1}\n: 1\n", "f:1:3: a key must be a word, not a list or a map"},
      {": 1\n", "f:1:1: a key must be a word, not a list, a map or nothing"},
      {"a: !!str 1\n", "f:1:4: a tag has no meaning in this file; remove the word behind \"!\""},
      {"a: !mine {}\n", "f:1:4: a tag has no meaning in this file; remove the word behind \"!\""},
      {"a: \"x\\0y\"\n", "f:1:4: this text holds a NUL"},
      {std::string("a: 1\nb: \x7f"
                   "ELF"),
       "f:2:4: this is no text file: byte 0x7f is not UTF-8 text; save it as plain UTF-8 text"},
      {std::string("a\0: 1", 5),
       "f:1:2: this is no text file: byte 0x00 is not UTF-8 text; save it as plain UTF-8 text"},
      {"# caf\xe9\n",
       "f:1:6: this is no text file: byte 0xe9 is not UTF-8 text; save it as plain UTF-8 text"},
      {"# \xed\xa0\x80\n",  // a surrogate
       "f:1:3: this is no text file: byte 0xed is not UTF-8 text; save it as plain UTF-8 text"},
      {"# \xc0\xaf\n",  // an overlong slash
       "f:1:3: this is no text file: byte 0xc0 is not UTF-8 text; save it as plain UTF-8 text"},
      {"# \xf4\x90\x80\x80\n",  // beyond U+10FFFF
       "f:1:3: this is no text file: byte 0xf4 is not UTF-8 text; save it as plain UTF-8 text"},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    CHECK(complaints(one.text) == Lines{one.complaint});
  }
}

TEST_CASE("a document that is not a map is refused", "[config]") {
  const std::string expected =
      ", expected a map with the keys nodes, workers, idle, connections, refusals, unknown, "
      "on_removed, conn_reuse, schedule_icmp, ports, pools, "
      "services, timeouts, failover, api, metrics";
  CHECK(complaints("- a\n") == Lines{"f:1:1: the file is a list" + expected});
  CHECK(complaints("\n  hello\n") == Lines{"f:2:3: the file is \"hello\"" + expected});
}

TEST_CASE("text beyond ASCII may stand in comments", "[config]") {
  CHECK(complaints("# Gr\xc3\xbc\xc3\x9f"
                   "e \xe2\x82\xac \xf0\x9f\x90\x8e\n" +
                   minimal_and(""))
            .empty());
  CHECK(complaints("\xef\xbb\xbf" + minimal_and("")).empty());  // a byte order mark
  std::string windows;
  for (const char c : minimal_and("idle: busy\n")) windows += c == '\n' ? "\r\n" : std::string{c};
  CHECK(complaints(windows).empty());
}

TEST_CASE("an alias repeats what its anchor names, errors at their place", "[config]") {
  const auto loaded = parse_here(some_ports +
                                 "pools: {a: &p {servers: [{address: 192.0.2.21}]}, b: *p}\n"
                                 "services:\n"
                                 "  - {name: x, address: 192.0.2.10, ports: &web [80], pool: a}\n"
                                 "  - {name: y, address: 192.0.2.11, ports: *web, pool: b}\n");
  REQUIRE(loaded);
  CHECK(loaded->config.pools.at("b").servers.at(0).address == *IpAddress::parse("192.0.2.21"));
  CHECK(loaded->config.services.at(1).ports == std::vector<std::uint16_t>{80});

  // Read twice, told once.
  CHECK(complaints(some_ports +
                   "pools: {a: &p {servers: [{address: x}]}, b: *p}\n"
                   "services: [{name: x, address: 192.0.2.10, ports: [80], pool: a}]\n") ==
        Lines{"f:2:36: address is \"x\", expected an IPv4 or IPv6 address"});
  // What does not fit where it is used is told there.
  CHECK(complaints(minimal_and("workers: &n 2\nidle: *n\n")) ==
        Lines{"f:5:7: idle is 2, expected one of adaptive, busy"});
}

TEST_CASE("a merge key adds what the map does not say", "[config]") {
  const auto loaded = parse_here(some_ports +
                                 "pools:\n"
                                 "  web:\n"
                                 "    servers:\n"
                                 "      - &one {address: 192.0.2.21, weight: 7}\n"
                                 "      - {<<: *one, address: 192.0.2.22}\n"
                                 "      - {<<: [{weight: 1}, *one], address: 192.0.2.23}\n" +
                                 some_services);
  REQUIRE(loaded);
  const auto& servers = loaded->config.pools.at("web").servers;
  CHECK(servers.at(1).weight == 7);
  CHECK(servers.at(1).address == *IpAddress::parse("192.0.2.22"));
  CHECK(servers.at(2).weight == 1);
  CHECK(complaints("a: {<<: 5}\n") ==
        Lines{"f:1:9: << merges a map or a list of maps, and this is neither"});
}

TEST_CASE("aliases without an end and beyond measure are refused", "[config]") {
  CHECK(complaints("a: &a [1, *a]\n") ==
        Lines{"f:1:11: this alias stands inside what it repeats, so it has no end"});
  std::string laughs = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n";
  for (int i = 1; i < 20; ++i)
    laughs += fmt::format("a{0}: &a{0} [{1}]\n", i,
                          fmt::join(std::vector(10, fmt::format("*a{}", i - 1)), ", "));
  CHECK(complaints(laughs) == Lines{"f:6:45: the file unfolds to more than 1000000 values; look "
                                    "for aliases of aliases"});
  CHECK(complaints("a: " + std::string(100, '[') + std::string(100, ']')) ==
        Lines{"f:1:67: nested deeper than 64 levels"});
}

TEST_CASE("a file that cannot be read says why", "[config]") {
  const auto load_here = [](const std::string& path) {
    const auto loaded = load(path, std::nullopt, "lb1");
    return loaded ? Lines{} : lines_of(loaded.error());
  };
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("drover-test-config-{}", getpid());
  std::filesystem::create_directory(folder);
  const std::string missing = folder / "missing.yaml";
  const std::string large = folder / "large.yaml";
  std::ofstream(large) << std::string((8U << 20) + 1, '#');

  CHECK(load_here(missing) ==
        Lines{missing + ": cannot be read: No such file or directory; name the file with "
                        "--config, or start from conf/drover.yaml"});
  CHECK(load_here(folder) == Lines{folder.string() + ": is a directory, not a file"});
  CHECK(load_here(large) ==
        Lines{large + ": is larger than 8 MiB, so it is no configuration file"});
  CHECK(load_here("") ==
        Lines{"cannot be read: No such file or directory; name the file with --config, or start "
              "from conf/drover.yaml"});
  std::filesystem::remove_all(folder);
}

}  // namespace drover::config
