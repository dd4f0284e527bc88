// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/watch_text.h"
#include "test/unit/catch.h"
#include "test/unit/drover/sample.h"

namespace drover::client {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

TEST_CASE("a picture with rates") {
  const auto before = sample_services();
  auto after = before;
  after.uptime_seconds += 2;
  after.services[0].totals = {2032, 20'224, 2'017'920};
  after.services[0].servers[0].totals = {2016, 20'112, 2'008'960};
  const Picture picture{80, 24, 2, "12:34:56", ""};
  REQUIRE(watch_text(after, Rates(before, after), picture) ==
          "drover 0.1.0   up 00:01:42   every 2 s                                  12:34:56\n"
          "\n"
          "Service / server       Share      Weight Active  InAct Conns/s Packets/s Bytes/s\n"
          "TCP  192.0.2.10:80 rr                         2     14    1.0k     10.0k    1.0M\n"
          "  192.0.2.21:80        ##########      1      2     14    1.0k     10.0k    1.0M\n"
          "  192.0.2.22:80        unresolved      1      0      0       0         0       0\n");
}

TEST_CASE("the first picture has no rates") {
  const auto lines = lines_of(watch_text(sample_services(), std::nullopt, {}));
  REQUIRE(lines[4] ==
          "  192.0.2.21:80        ##########      1      2     14       -         -       -");
}

TEST_CASE("no line is wider than the terminal, whatever the names") {
  auto services = sample_services();
  services.services[0].address = ip("2001:db8:1234:5678:9abc:def0:1234:5678");
  auto& servers = services.services[0].servers;
  servers[0].address = ip("2001:db8:1234:5678:9abc:def0:1234:9999");
  servers[0].name = "nginx1";
  servers[0].active = 123'456'789;
  servers[1].address = ip("2001:db8:1234:5678:9abc:def0:1234:aaaa");
  servers[1].name = to_string(servers[1].address);
  const std::string complaint(200, 'x');
  for (const std::size_t columns : {80U, 100U, 132U, 200U}) {
    const auto lines =
        lines_of(watch_text(services, std::nullopt, {columns, 24, 2, "12:34:56", complaint}));
    for (const std::string& line : lines) CHECK(line.size() <= columns);
    if (columns == 80) {
      REQUIRE(lines[3].starts_with("TCP  [2001:db8:1234:5~ "));
      REQUIRE(lines[4].starts_with("  nginx1               ##########      1   123M "));
    }
  }
}

TEST_CASE("bars show the shares of new connections, else of active ones") {
  const auto before = sample_services();
  auto after = before;
  after.uptime_seconds += 1;
  after.services[0].servers[1].state = "up";
  after.services[0].servers[0].totals.connections += 10;
  after.services[0].servers[1].totals.connections += 30;
  const auto bar = [](const std::string& line) { return line.substr(23, 10); };
  const auto by_rate = lines_of(watch_text(after, Rates(before, after), {}));
  REQUIRE(bar(by_rate[4]) == "###       ");
  REQUIRE(bar(by_rate[5]) == "########  ");
  after.services[0].servers[1].totals.connections = 16;
  after.services[0].servers[0].totals.connections = 16;
  after.services[0].servers[1].active = 2;
  const auto by_active = lines_of(watch_text(after, Rates(before, after), {}));
  REQUIRE(bar(by_active[4]) == "#####     ");
  REQUIRE(bar(by_active[5]) == "#####     ");
}

TEST_CASE("a server that is not up is coloured, and only that") {
  auto services = sample_services();
  services.services[0].servers[1].state = "down";
  Picture picture;
  picture.colours = true;
  const auto lines = lines_of(watch_text(services, std::nullopt, picture));
  REQUIRE(lines[4].find('\x1b') == std::string::npos);
  REQUIRE(lines[5].starts_with("  \x1b[31m192.0.2.22:80        down "));
  REQUIRE(lines[5].ends_with("\x1b[0m"));
}

TEST_CASE("what does not fit the height is left out and counted") {
  auto services = sample_services();
  for (int i = 0; i < 40; ++i) services.services.push_back(services.services[0]);
  const auto lines = lines_of(watch_text(services, std::nullopt, {80, 24, 2, "12:34:56", ""}));
  REQUIRE(lines.size() == 24);
  REQUIRE(lines.back() == "... 103 more lines: drover list shows all");
  const auto all = lines_of(watch_text(services, std::nullopt, {80, std::nullopt, 2, "", ""}));
  REQUIRE(all.size() == 3 + 41 * 3);
  for (const std::size_t rows : {0U, 1U, 3U, 4U, 5U})
    REQUIRE_FALSE(watch_text(services, std::nullopt, {80, rows, 2, "", ""}).empty());
}

TEST_CASE("a complaint stands above the last numbers") {
  const auto lines =
      lines_of(watch_text(sample_services(), std::nullopt, {80, 24, 2, "12:34:56", "gone"}));
  REQUIRE(lines[1] == "gone");
}

TEST_CASE("no services") {
  api::Services services;
  REQUIRE(lines_of(watch_text(services, std::nullopt, {})).back() == "no services");
}

}  // namespace
}  // namespace drover::client
