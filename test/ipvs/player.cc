// SPDX-License-Identifier: BSD-3-Clause
#include "test/ipvs/player.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <stdexcept>

#include "lib/net/header_at.h"
#include "lib/net/wire.h"
#include "test/harness/in_process_plant.h"
#include "test/ipvs/recorded_frame.h"
#include "test/ipvs/spread.h"

namespace drover::test {
namespace {

constexpr MacAddress port_mac{{2, 0, 0, 0, 0, 1}};
constexpr std::chrono::milliseconds pace{10};  // from one event to the next

IpAddress address_of(ServerNumber id) {
  return Ipv4Address(recorded_vip.value() + id);
}

config::Server to_server(const RecordedServer& server) {
  config::Server made{
      .name = fmt::format("{}", server.id), .address = address_of(server.id), .mac = {}};
  made.weight = server.weight;
  made.mac = mac_of_server(server.id);
  made.upper_threshold = server.upper;
  made.lower_threshold = server.lower;
  return made;
}

config::Service to_service(const RecordedService& service, const std::string& name) {
  config::Service made;
  made.name = made.pool = name;
  made.address = recorded_vip;
  if (service.port != 0) made.ports.push_back(service.port);
  made.protocol = service.protocol;
  made.one_packet = service.one_packet;
  made.scheduler = service.scheduler;
  made.scheduler_flags = service.flags;
  if (service.persistent) made.persistence = {.timeout = *service.persistent, .mask = service.mask};
  return made;
}

std::optional<Spread> spread_for(const RecordedService& service, HashedChoices hashed) {
  const std::string& name = service.scheduler;
  if (name == "twos") return Spread(Spread::By::lot);
  if (hashed == HashedChoices::same) return std::nullopt;
  if (name == "dh") return Spread(Spread::By::vip);
  if (name != "sh" && name != "mh") return std::nullopt;
  const bool by_port =
      std::ranges::find(service.flags, config::SchedulerFlag::port) != service.flags.end();
  return Spread(by_port ? Spread::By::connection : Spread::By::client);
}

std::string name_of(std::optional<ServerNumber> server) {
  return server ? fmt::format("server {}", *server) : "no server";
}

// What an edit of a server's weight does to its thresholds. `ipvsadm -e` drops them unless they are
// given anew, and a recording does not tell whether they were.
enum class Edit { keeps_thresholds, drops_thresholds };

class Player {
 public:
  Player(const Recording& recording, HashedChoices hashed, Edit edit)
      : recording_(recording),
        edit_(edit),
        services_(recording.services),
        spread_(spread_for(services_.front(), hashed)),
        plant_(configuration(), {.ports = {{.mac = port_mac, .host_interface = true}}}) {
    if (spread_) spread_->servers_are(services_.front().servers);
  }

  std::string play() {
    for (std::size_t i = 0; i < recording_.events.size(); ++i) {
      const RecordedEvent& event = recording_.events[i];
      plant_.wait(pace);
      const std::string difference =
          std::visit([&](const auto& of) { return play(of); }, event.what);
      if (!difference.empty())
        return fmt::format("event {}: {}\n  {}", i + 1, event.text, difference);
    }
    const std::string difference = compare_connections();
    return difference.empty() && spread_ ? spread_->difference() : difference;
  }

 private:
  config::Config configuration() const {
    config::Config config;
    config.connections = 10'000;
    config.unknown = recording_.unknown;
    config.on_removed = recording_.on_removed;
    config.conn_reuse = recording_.conn_reuse;
    config.schedule_icmp = recording_.schedule_icmp;
    config.ports.emplace_back();
    for (std::size_t i = 0; i < services_.size(); ++i) {
      const std::string name = fmt::format("service {}", i + 1);
      config.services.push_back(to_service(services_[i], name));
      if (auto& persistence = config.services.back().persistence)
        persistence->expire_quiescent = recording_.expire_quiescent;
      config::Pool& pool = config.pools[name];
      for (const RecordedServer& server : services_[i].servers)
        pool.servers.insert(pool.servers.begin(), to_server(server));
    }
    return config;
  }

  std::string play(const RecordedPacket& packet) {
    plant_.inject(PortId(0), recorded_frame(packet, port_mac));
    plant_.run();
    std::optional<ServerNumber> got;
    bool by_kernel = false;
    for (const Departure& left : plant_.take_departures()) {
      if (left.to == Departure::To::kernel) {
        by_kernel = true;
        continue;
      }
      const auto& to = header_at<EthernetHeader>(std::span(left.frame), 0).destination;
      if (const ServerNumber id = to.bytes()[5]; to == mac_of_server(id)) got = id;
    }
    if (packet.destination != recorded_vip)
      return by_kernel ? "" : fmt::format("expected to the kernel, went to {}", name_of(got));
    if (spread_) return spread_->packet(packet, got);
    if (got == packet.to) return {};
    return fmt::format("expected {}, got it {}", name_of(packet.to), name_of(got));
  }

  std::string play(const RecordedWait& wait) {
    plant_.wait(wait);
    if (spread_) spread_->time_passed();
    return {};
  }

  std::string play(const RecordedChange& change) {
    const auto is_it = [&](const RecordedServer& server) { return server.id == change.server.id; };
    auto service = services_.begin();
    if (change.kind != RecordedChange::Kind::add)
      service = std::ranges::find_if(services_, [&](const RecordedService& each) {
        return std::ranges::any_of(each.servers, is_it);
      });
    if (service == services_.end())
      throw std::runtime_error(fmt::format("there is no server {}", change.server.id));
    apply(change, service->servers, std::ranges::find_if(service->servers, is_it));
    const auto at = static_cast<std::size_t>(service - services_.begin());
    plant_.renew_scheduler(plant_.builder().services()[at].key);
    plant_.configure(configuration());
    if (spread_) spread_->servers_are(services_.front().servers);
    return {};
  }

  void apply(const RecordedChange& change, std::vector<RecordedServer>& servers,
             std::vector<RecordedServer>::iterator server) const {
    switch (change.kind) {
      case RecordedChange::Kind::add:
        if (server != servers.end())
          throw std::runtime_error(fmt::format("server {} is there already", change.server.id));
        servers.push_back(change.server);
        break;
      case RecordedChange::Kind::remove:
        servers.erase(server);
        break;
      case RecordedChange::Kind::weight:
        server->weight = change.server.weight;
        if (!change.has_thresholds && edit_ == Edit::keeps_thresholds) break;
        server->upper = change.server.upper;
        server->lower = change.server.lower;
        break;
    }
  }

  std::string play(const RecordedTable& expected) {
    if (spread_ && spread_->is_over()) return {};
    const auto& services = plant_.builder().services();
    const bool alike = std::ranges::any_of(services, [&](const control::ServiceView& service) {
      const RecordedTable actual = table_of(service);
      return actual == expected || (spread_ && sums(actual) == sums(expected));
    });
    if (alike) return {};
    std::string rows;
    for (const auto& [id, row] : table_of(services.front()))
      rows += fmt::format("{}{}: weight {} active {} inactive {}", rows.empty() ? "" : ", ", id,
                          row.weight, row.active, row.inactive);
    return "there is " + rows;
  }

  static RecordedTable table_of(const control::ServiceView& service) {
    RecordedTable rows;
    for (const control::ServerView& server : service.servers) {
      const DestinationTotals sum = totals(server);
      rows[server.server.address.v4().value() - recorded_vip.value()] = {server.server.weight,
                                                                         sum.active, sum.inactive};
    }
    return rows;
  }

  std::string compare_connections() {
    if (!recording_.connections || (spread_ && spread_->is_over())) return {};
    std::multiset<RecordedConnection> actual;
    for (const datapath::ConnectionRow& row : plant_.list_connections()) actual.insert(line(row));
    std::multiset<RecordedConnection> expected = *recording_.connections;
    if (spread_) {
      actual = without_servers(actual);
      expected = without_servers(expected);
    }
    const auto missing = minus(expected, actual);
    const auto extra = minus(actual, expected);
    if (missing.empty() && extra.empty()) return {};
    const auto text = [](const RecordedConnection& row) { return row.flow + " " + row.server; };
    return fmt::format("the connections at the end: {}{}{}",
                       missing.empty() ? "" : "there is no " + text(missing.front()),
                       missing.empty() || extra.empty() ? "" : "; ",
                       extra.empty() ? "" : "there is " + text(extra.front()));
  }

  static std::multiset<RecordedConnection> without_servers(
      const std::multiset<RecordedConnection>& rows) {
    std::multiset<RecordedConnection> flows;
    for (const RecordedConnection& row : rows) flows.insert({row.flow, ""});
    return flows;
  }

  RecordedConnection line(const datapath::ConnectionRow& row) const {
    const control::ServiceKey& vip = plant_.builder().vip(row.vip);
    const IpAddress& server = plant_.builder().server(row.destination);
    using Kind = datapath::ConnectionRow::Kind;
    const std::string_view state = row.kind == Kind::assured_template  ? "ASSURED"
                                   : row.kind == Kind::client_template ? "NONE"
                                                                       : name(row.state);
    return {fmt::format("{} {} {} {}", vip.protocol == config::Protocol::tcp ? "TCP" : "UDP", state,
                        to_string(row.client, row.client_port),
                        to_string(vip.address, row.virtual_port)),
            to_string(server, row.virtual_port)};
  }

  static std::vector<RecordedConnection> minus(const std::multiset<RecordedConnection>& from,
                                               const std::multiset<RecordedConnection>& what) {
    std::vector<RecordedConnection> rest;
    std::ranges::set_difference(from, what, std::back_inserter(rest));
    return rest;
  }

  static RecordedRow sums(const RecordedTable& table) {
    RecordedRow sum;
    for (const auto& [id, row] : table) {
      sum.weight += row.weight;
      sum.active += row.active;
      sum.inactive += row.inactive;
    }
    return sum;
  }

  const Recording& recording_;
  Edit edit_;
  std::vector<RecordedService> services_;  // as they are now
  std::optional<Spread> spread_;           // for schedulers that need not choose the same
  InProcessPlant plant_;
};

}  // namespace

std::string play(const Recording& recording, HashedChoices hashed) {
  std::string difference = Player(recording, hashed, Edit::keeps_thresholds).play();
  if (!difference.empty() && Player(recording, hashed, Edit::drops_thresholds).play().empty())
    difference.clear();
  return difference;
}

}  // namespace drover::test
