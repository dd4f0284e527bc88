// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/health_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <set>
#include <utility>

namespace drover::control {
namespace {

// What a server's agents say together: the least of their weights.
void follow_agent(const health::AgentReport& report, Standing& standing) {
  const unsigned percent = report.drains ? 0 : report.percent.value_or(100);
  standing.percent = static_cast<std::uint8_t>(std::min<unsigned>(standing.percent, percent));
}

// "web", or "web:443" of a service with several ports.
std::string title(const ServiceKey& key, const HealthWatch::Service& service) {
  return service.has_several_ports ? fmt::format("{}:{}", service.name, key.port) : service.name;
}

std::string_view consequence(Resort resort) {
  switch (resort) {
    case Resort::none:
      return "they have the connections";
    case Resort::refuse:
      return "connections are refused";
    case Resort::sorry:
      return "the sorry server has the connections";
    case Resort::all:
      break;
  }
  return "all are taken to be up";
}

// Others are equal for the services of one port, and run once.
bool depends_on_vip(const config::Check& check) {
  const auto* http = std::get_if<config::HttpCheck>(&check.kind);
  return check.via == config::Via::vip || runs_program(check.kind) ||
         (http != nullptr && http->host.empty());
}

std::vector<health::WatchedCheck> checks_of(const config::Pool& pool, const config::Server& server,
                                            const ServiceKey& key) {
  std::vector<health::WatchedCheck> checks;
  for (const config::Check& check : pool.checks) {
    health::WatchedCheck watched{{.server = server.address, .vip = {}}, check};
    if (depends_on_vip(check)) watched.subject.vip = key.address;
    const bool is_ping = std::holds_alternative<config::PingCheck>(check.kind);
    if (!is_ping) watched.subject.port = check.port.value_or(key.port);
    checks.push_back(std::move(watched));
  }
  return checks;
}

Resort resort_of(const config::ServiceHealth& settings) {
  switch (*settings.when_all_down) {
    case config::WhenAllDown::refuse:
      return Resort::refuse;
    case config::WhenAllDown::sorry:
      return Resort::sorry;
    case config::WhenAllDown::all:
      break;
  }
  return Resort::all;
}

bool reschedules(config::OnDown on_down, bool unreachable) {
  return on_down == config::OnDown::reschedule ||
         (on_down == config::OnDown::automatic && unreachable);
}

}  // namespace

HealthWatch::HealthWatch(boost::asio::io_context& loop, health::Monitor::Routes routes,
                         EventLog& events, std::function<void()> changed)
    : events_(events),
      monitor_(loop, std::move(routes), std::random_device()(), std::move(changed)) {}

void HealthWatch::configure(const config::Config& config, const SnapshotBuilder& builder,
                            TimePoint now) {
  std::map<ServiceKey, Service> before = std::exchange(services_, {});
  std::map<std::string, const config::Service*> by_name;
  for (const config::Service& service : config.services) by_name[service.name] = &service;
  for (const ServiceView& view : builder.services()) {
    const config::Service& configured = *by_name.at(view.name);
    const config::Pool& pool = config.pools.at(configured.pool);
    Service& old = before[view.key];
    Service service{.name = view.name,
                    .has_several_ports = configured.ports.size() > 1,
                    .settings = configured.health,
                    .servers = {},
                    .quorum = old.quorum,
                    .resort = old.resort};
    service.settings.when_all_down = configured.health.when_all_down.value_or(
        configured.sorry_server ? config::WhenAllDown::sorry : config::WhenAllDown::refuse);
    for (const config::Server& server : pool.servers) {
      const auto known = std::ranges::find(old.servers, server.address, &Server::address);
      service.servers.push_back(
          {.address = server.address,
           .name = server.name,
           .checks = checks_of(pool, server, view.key),
           .health = known != old.servers.end() ? known->health : health::ServerHealth(now),
           .cold = started_});
    }
    services_.emplace(view.key, std::move(service));
  }
  started_ = true;
  watch_checks();
}

void HealthWatch::watch_checks() {
  std::set<health::WatchedCheck> checks;
  for (const auto& [key, service] : services_)
    for (const Server& server : service.servers)
      checks.insert(server.checks.begin(), server.checks.end());
  monitor_.watch(checks);
}

void HealthWatch::apply(SnapshotBuilder& builder, TimePoint now) {
  for (const ServiceView& view : builder.services()) {
    const auto found = services_.find(view.key);
    if (found == services_.end()) continue;
    Service& service = found->second;
    update(view.key, service, now);
    judge(view.key, service);
    std::vector<Standing> standings;
    for (const Server& server : service.servers)
      standings.push_back(standing_of(service, server, now));
    if (view.servers.size() > standings.size())
      standings.push_back(
          {.role = service.resort == Resort::sorry ? Standing::Role::serves : Standing::Role::out});
    builder.set_standings(view, standings);
  }
}

// All of a server's checks must hold.
health::Reading HealthWatch::read(const Server& server) const {
  health::Reading reading;
  bool all_known = true;
  for (const health::WatchedCheck& check : server.checks) {
    const health::CheckStatus& status = monitor_.status(check);
    all_known &= status.state != health::State::unknown;
    if (status.state != health::State::down) continue;
    reading.unreachable |= status.last.kind == health::Outcome::Kind::unreachable;
    if (reading.state == health::State::down) continue;
    reading.state = health::State::down;
    reading.reason = status.last.is_good() ? "its checks hold again, but not yet often enough"
                                           : status.last.reason;
  }
  if (reading.state != health::State::down && !all_known) reading.state = health::State::unknown;
  return reading;
}

void HealthWatch::update(const ServiceKey& key, Service& service, TimePoint now) {
  const health::ServerHealth::Settings settings{
      .warm_up = service.settings.warmup,
      .hold_down = service.settings.hold_down.first,
      .longest_hold_down = service.settings.hold_down.most};
  for (Server& server : service.servers) {
    const bool changed = server.health.update(read(server), settings, server.cold, now);
    if (!changed || server.checks.empty()) continue;
    const bool is_up = server.health.state() == health::State::up;
    events_.post(EventKind::health, is_up ? log::Level::info : log::Level::warning,
                 fmt::format("{}/{}", title(key, service), server.name),
                 is_up ? "is up" : "is down: " + server.health.reason(now));
  }
}

void HealthWatch::judge(const ServiceKey& key, Service& service) {
  unsigned up = 0;
  unsigned unchecked = 0;
  for (const Server& server : service.servers) {
    up += server.health.state() == health::State::up ? 1 : 0;
    unchecked += server.health.state() == health::State::unknown ? 1 : 0;
  }
  const bool holds = service.quorum.holds(up, up + unchecked, service.settings.quorum,
                                          service.settings.quorum_hysteresis);
  const Resort resort = holds ? Resort::none : resort_of(service.settings);
  if (resort == service.resort) return;
  service.resort = resort;
  events_.post(EventKind::health, resort == Resort::none ? log::Level::info : log::Level::error,
               title(key, service),
               fmt::format("{} of {} servers up, {} needed: {}", up, service.servers.size(),
                           service.settings.quorum, consequence(resort)));
}

Standing HealthWatch::standing_of(const Service& service, const Server& server,
                                  TimePoint now) const {
  using Role = Standing::Role;
  Standing standing;
  for (const health::WatchedCheck& check : server.checks)
    if (const auto& agent = monitor_.status(check).agent) follow_agent(*agent, standing);
  switch (server.health.state()) {
    case health::State::unknown:
      standing.role = Role::unchecked;
      break;
    case health::State::up:
      standing.share = static_cast<std::uint8_t>(server.health.share(now));
      break;
    case health::State::down:
      standing.role = Role::out;
      standing.releases = reschedules(service.settings.on_down, server.health.unreachable());
      break;
  }
  if (service.resort == Resort::all && standing.role == Role::out)
    standing = {.role = Role::serves};
  else if (service.resort != Resort::none && service.resort != Resort::all)
    standing.role = Role::out;
  return standing;
}

std::optional<HealthWatch::TimePoint> HealthWatch::next_change(TimePoint now) const {
  std::optional<TimePoint> next;
  for (const auto& [key, service] : services_)
    for (const Server& server : service.servers)
      if (const auto change = server.health.next_change(now))
        next = std::min(next.value_or(*change), *change);
  return next;
}

std::string HealthWatch::reason(const Server& server, TimePoint now) const {
  const health::Reading reading = read(server);
  const bool is_told = !server.health.is_held() && reading.state == health::State::down;
  return is_told ? reading.reason : server.health.reason(now);
}

const HealthWatch::Service* HealthWatch::find(const ServiceKey& key) const {
  const auto found = services_.find(key);
  return found == services_.end() ? nullptr : &found->second;
}

const HealthWatch::Server* HealthWatch::find(const ServiceKey& key, const IpAddress& server) const {
  const Service* service = find(key);
  if (service == nullptr) return nullptr;
  const auto found = std::ranges::find(service->servers, server, &Server::address);
  return found == service->servers.end() ? nullptr : &*found;
}

}  // namespace drover::control
