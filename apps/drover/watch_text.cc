// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/watch_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "apps/drover/colour.h"
#include "apps/drover/numbers.h"

namespace drover::client {
namespace {

// Of everything but the name, blanks between columns included.
constexpr std::size_t bar_width = 10;
constexpr std::size_t numbers_width = 48 + bar_width;
constexpr std::size_t narrowest_name = 20;

std::string cut(std::string text, std::size_t width) {
  if (text.size() > width) text = text.substr(0, width - 1) + "~";
  return text;
}

std::string row(const std::string& name, std::size_t name_width, const std::string& bar,
                const std::string& weight, const std::string& active, const std::string& inactive,
                const std::string& rates) {
  return fmt::format("{:<{}} {:<{}} {:>6} {:>6} {:>6} {}", cut(name, name_width), name_width, bar,
                     bar_width, weight, active, inactive, rates);
}

// Of each server, from 0 to 1; all 0 when there is nothing to share.
std::vector<double> shares(const api::Service& service, const std::optional<Rates>& rates) {
  const auto divided = [](std::vector<double> amounts) {
    double sum = 0;
    for (const double amount : amounts) sum += amount;
    if (sum > 0)
      for (double& amount : amounts) amount /= sum;
    return std::pair(amounts, sum > 0);
  };
  std::vector<double> fresh;
  std::vector<double> active;
  for (const api::Server& server : service.servers) {
    const auto rate = rates ? rates->of(service, server) : std::nullopt;
    fresh.push_back(rate ? rate->connections : 0);
    active.push_back(static_cast<double>(server.active));
  }
  const auto by_rate = divided(fresh);
  return by_rate.second ? by_rate.first : divided(active).first;
}

std::string bar(double share) {
  const auto filled = static_cast<std::size_t>(share * bar_width + 0.5);
  return share > 0 ? std::string(std::max<std::size_t>(filled, 1), '#') : "";
}

std::string rate_columns(const std::optional<Rate>& rate) {
  const auto text = [&](double Rate::*number) {
    return rate ? short_number((*rate).*number) : std::string("-");
  };
  return fmt::format("{:>7} {:>9} {:>7}", text(&Rate::connections), text(&Rate::packets),
                     text(&Rate::bytes));
}

std::string count(std::uint64_t number) {
  return number < 1'000'000 ? std::to_string(number) : short_number(static_cast<double>(number));
}

// A long address gives way to the name that the file has for it.
std::string server_name(const api::Server& server, std::size_t width) {
  const std::string name = "  " + to_string(server.address, server.port);
  const bool has_name = !server.name.empty() && server.name != to_string(server.address);
  return name.size() > width && has_name ? "  " + server.name : name;
}

// What a server that gets nothing new has in the place of its bar.
std::string bar_or_state(const api::Server& server, double share) {
  if (server.state != "up") return cut(server.state, bar_width);
  if (server.admin_state != "enabled") return cut(server.admin_state, bar_width);
  return server.weight == 0 && share == 0 ? "weight 0" : bar(share);
}

std::vector<std::string> body(const api::Services& services, const std::optional<Rates>& rates,
                              std::size_t name_width, bool colours) {
  std::vector<std::string> lines;
  for (const api::Service& service : services.services) {
    std::uint64_t active = 0;
    std::uint64_t inactive = 0;
    for (const api::Server& server : service.servers) {
      active += server.active;
      inactive += server.inactive;
    }
    const auto name = fmt::format("{:<4} {} {}", service.protocol,
                                  to_string(service.address, service.port), service.scheduler);
    lines.push_back(row(name, name_width, "", "", count(active), count(inactive),
                        rate_columns(rates ? rates->of(service) : std::nullopt)));
    const std::vector<double> share = shares(service, rates);
    for (std::size_t i = 0; i < service.servers.size(); ++i) {
      const api::Server& server = service.servers[i];
      const std::string line =
          row(server_name(server, name_width), name_width, bar_or_state(server, share[i]),
              std::to_string(server.weight), count(server.active), count(server.inactive),
              rate_columns(rates ? rates->of(service, server) : std::nullopt));
      // The whole line, so that no column moves.
      const bool is_fine = server.state == "up" && server.weight > 0;
      const Colour colour = server.state == "up" ? Colour::warning : colour_of_state(server.state);
      lines.push_back(coloured(line, is_fine ? Colour::none : colour, colours));
    }
  }
  return lines;
}

std::string head(const api::Services& services, const Picture& picture) {
  const std::string left = fmt::format("drover {}   up {}   every {:g} s", services.version,
                                       duration(services.uptime_seconds), picture.interval_seconds);
  const std::size_t gap = std::max<std::size_t>(
      3, picture.columns - std::min(picture.columns, left.size() + picture.time.size()));
  return cut(left + std::string(gap, ' ') + picture.time, picture.columns);
}

}  // namespace

std::string watch_text(const api::Services& services, const std::optional<Rates>& rates,
                       const Picture& picture) {
  const std::size_t name_width =
      std::max(narrowest_name, picture.columns - std::min(picture.columns, numbers_width));
  std::vector<std::string> lines = body(services, rates, name_width, picture.colours);
  if (services.services.empty()) lines.emplace_back("no services");
  constexpr std::size_t head_lines = 3;
  if (picture.rows && lines.size() + head_lines > *picture.rows) {
    const std::size_t shown = *picture.rows - std::min(*picture.rows, head_lines + 1);
    const std::size_t hidden = lines.size() - shown;
    lines.resize(shown);
    lines.push_back(fmt::format("... {} more lines: drover list shows all", hidden));
  }
  std::string text = head(services, picture) + "\n" + cut(picture.complaint, picture.columns) +
                     "\n" +
                     row("Service / server", name_width, "Share", "Weight", "Active", "InAct",
                         fmt::format("{:>7} {:>9} {:>7}", "Conns/s", "Packets/s", "Bytes/s")) +
                     "\n";
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace drover::client
