// SPDX-License-Identifier: BSD-3-Clause
#include "test/ipvs/kernel/kernel_director.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "lib/net/wire.h"
#include "test/ipvs/recorded_frame.h"

namespace drover::test {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t first_vip = 0x0a640001;  // 10.100.0.1
// A server's connections are ended by a piece of work of its own, some ticks later.
constexpr milliseconds end_of_a_server{100};

// The kernel's clock as of its latest tick.
std::chrono::nanoseconds latest_tick() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// A timer that is due runs with the second tick at the latest; and with a third its processor, too,
// has seen it, if another one keeps the time.
void wait_for_timers() {
  for (int tick = 0; tick < 3; ++tick) {
    const auto before = latest_tick();
    while (latest_tick() == before) std::this_thread::sleep_for(std::chrono::microseconds(500));
  }
}

std::string end(const std::string& address, const std::string& port) {
  return to_string(Ipv4Address(static_cast<std::uint32_t>(std::stoul(address, nullptr, 16)))) +
         ":" + std::to_string(std::stoul(port, nullptr, 16));
}

}  // namespace

KernelDirector::KernelDirector(DirectorNetwork& network, IpvsControl& control, std::uint32_t number,
                               const Recording& recording,
                               const std::map<std::string, int>& settings)
    : network_(network),
      control_(control),
      vip_(first_vip + number),
      expires_with_server_(recording.on_removed == config::OnRemoved::reschedule),
      services_(recording.services) {
  network_.set(settings);
  for (const RecordedService& service : services_) {
    control_.add_service(vip_, service);
    for (const RecordedServer& server : service.servers) control_.add_server(vip_, service, server);
  }
}

KernelDirector::~KernelDirector() {
  network_.set({});
  control_.remove_everything();
  if (expires_with_server_) std::this_thread::sleep_for(end_of_a_server);
}

void KernelDirector::packet(const RecordedPacket& packet) {
  if (packet.kind == RecordedPacket::Kind::ping || packet.destination != recorded_vip)
    throw std::runtime_error("a packet that is for no virtual service");
  const bool ends = may_end_a_connection(packet);
  RecordedPacket sent = packet;
  sent.destination = vip_;
  pending_.push_back(recorded_frame(sent, director_mac));
  if (!ends) return;
  send_pending();
  wait_for_timers();
}

// Linux 6.1: a SYN ends a connection that is finished, and, with expire_nodest_conn, one to a
// server of weight 0. (Those to a server that was removed went with it: change() waited for that.)
bool KernelDirector::may_end_a_connection(const RecordedPacket& packet) {
  if (packet.kind != RecordedPacket::Kind::tcp) return false;
  const Flow flow(packet.source, packet.source_port, packet.destination_port);
  if ((packet.flags & TcpHeader::syn) != 0) {
    const bool known = !known_.insert(flow).second;
    const bool finished = finished_.erase(flow) > 0;
    return known && (finished || (expires_with_server_ && has_server_of_no_weight()));
  }
  known_.insert(flow);
  if ((packet.flags & (TcpHeader::fin | TcpHeader::rst)) != 0) finished_.insert(flow);
  return false;
}

bool KernelDirector::has_server_of_no_weight() const {
  return std::ranges::any_of(services_, [](const RecordedService& service) {
    return std::ranges::count(service.servers, 0U, &RecordedServer::weight) > 0;
  });
}

void KernelDirector::send_pending() {
  if (pending_.empty()) return;
  const auto went = network_.send(pending_);
  outcomes_.insert(outcomes_.end(), went.begin(), went.end());
  pending_.clear();
}

std::vector<std::optional<ServerNumber>> KernelDirector::outcomes() {
  send_pending();
  return std::exchange(outcomes_, {});
}

void KernelDirector::change(const RecordedChange& change) {
  send_pending();
  RecordedService& service = services_.front();
  const auto server = std::ranges::find(service.servers, change.server.id, &RecordedServer::id);
  if (change.kind == RecordedChange::Kind::add) {
    control_.add_server(vip_, service, change.server);
    service.servers.push_back(change.server);
    return;
  }
  if (server == service.servers.end())
    throw std::runtime_error("the first service has no server " + std::to_string(change.server.id));
  if (change.kind == RecordedChange::Kind::remove) {
    control_.remove_server(vip_, service, server->id);
    service.servers.erase(server);
    if (expires_with_server_) std::this_thread::sleep_for(end_of_a_server);
    return;
  }
  server->weight = change.server.weight;
  if (change.has_thresholds) *server = change.server;
  control_.edit_server(vip_, service, *server);
}

RecordedTable KernelDirector::table() {
  send_pending();
  return control_.table(vip_, services_.front(), services_.front().servers.size());
}

std::vector<std::map<std::string, std::string>> KernelDirector::connections() const {
  std::vector<std::map<std::string, std::string>> rows;
  for (const std::string& line : DirectorNetwork::connections()) {
    std::istringstream words(line);
    std::string protocol, client, client_port, vip, port, server, server_port, state;
    words >> protocol >> client >> client_port >> vip >> port >> server >> server_port >> state;
    // What was of a template that is good no more has a port of its own.
    if (std::stoul(vip, nullptr, 16) != vip_.value() || port == "FFFF") continue;
    std::map<std::string, std::string> row = {
        {"protocol", protocol},
        {"state", state},
        {"client", end(client, client_port)},
        {"virtual", to_string(recorded_vip) + ":" + std::to_string(std::stoul(port, nullptr, 16))},
        {"server", end(server, server_port)}};
    // Read page by page, it may show one twice.
    if (std::ranges::count(rows, row) == 0) rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace drover::test
