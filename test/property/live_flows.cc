// SPDX-License-Identifier: BSD-3-Clause
#include "test/property/live_flows.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "test/harness/client_datagrams.h"
#include "test/unit/catch.h"

namespace drover::test {
namespace {

using control::Standing;

// Nanoseconds. A connection without a packet for so long may have expired: no reset is sent, so the
// shortest time-out is that of a SYN, or of a FIN with which a flow has been picked up.
constexpr std::uint64_t shortest_timeout = 60'000'000'000;
constexpr std::uint64_t shortest_timeout_of_finished = 10'000'000'000;
constexpr MacAddress back_mac{{2, 0, 0, 0, 0, 0x0c}};
constexpr std::uint16_t front_vlan = 10;
constexpr std::uint16_t back_vlan = 20;
constexpr PortId front(0);
constexpr PortId back(1);

std::size_t index_of(const MacAddress& server) {
  return server.bytes()[5] - 1U;
}
bool is_server(const MacAddress& mac) {
  return mac.bytes()[4] == 1;
}

std::string ports_text(const LiveFlowSettings& settings) {
  if (!settings.two_ports) return "ports:\n  - {name: front, driver: vdev, device: net_ring0}\n";
  const bool v4 = settings.family == Family::v4;
  return fmt::format(
      "nodes:\n  test: {{address: {}}}\nports:\n"
      "  - {{name: front, driver: vdev, device: net_ring0, vlan: {}}}\n"
      "  - {{name: back, driver: vdev, device: net_ring1, address: {}}}\n",
      v4 ? "192.0.2.11/24" : "\"2001:db8::11/64\"", front_vlan,
      v4 ? "198.18.0.11/24" : "\"2001:db8:2::11/64\"");
}

PlantSettings plant_settings(const LiveFlowSettings& settings) {
  PlantSettings plant{.ports = {{port_mac}}, .workers = settings.workers};
  if (settings.two_ports) plant.ports.push_back({back_mac});
  return plant;
}

}  // namespace

std::string LiveServers::text(const LiveFlowSettings& settings) const {
  const bool v4 = settings.family == Family::v4;
  const char* network =
      settings.two_ports ? (v4 ? "198.18.0." : "2001:db8:2::") : (v4 ? "192.0.2." : "2001:db8::");
  std::string list;
  for (unsigned i = 0; i < most_live_servers; ++i)
    if (weights[i])
      list +=
          fmt::format("      - {{address: \"{}{}\", weight: {}, mac: \"02:00:00:00:01:{:02x}\"}}\n",
                      network, 21 + i, *weights[i], i + 1);
  std::string file = fmt::format("workers: {}\nconnections: 8000\n{}{}pools:\n", settings.workers,
                                 settings.file, ports_text(settings));
  for (const char* protocol : {"tcp", "udp"})
    file += fmt::format("  {}:\n{}    servers:\n{}", protocol,
                        settings.two_ports ? fmt::format("    vlan: {}\n", back_vlan) : "", list);
  file += "services:\n";
  for (const char* protocol : {"tcp", "udp"})
    file += fmt::format(
        "  - name: {0}\n    address: \"{1}\"\n    ports: [80]\n    protocol: {0}\n"
        "    scheduler: {2}\n    pool: {0}\n    {3}\n    {4}\n",
        protocol, to_string(v4 ? IpAddress(web_vip) : IpAddress(web_vip_v6)), settings.scheduler,
        settings.service, settings.two_ports ? "on: [front, back]" : "");
  return file;
}

std::vector<Standing> LiveServers::standings_in_order() const {
  std::vector<Standing> list;
  for (unsigned i = 0; i < most_live_servers; ++i)
    if (weights[i]) list.push_back(standings[i]);
  return list;
}

LiveFlows::LiveFlows(const LiveFlowSettings& settings)
    : settings_(settings),
      random_(settings.seed),
      plant_(load_config(servers_.text(settings)), plant_settings(settings)) {
  for (std::uint32_t i = 0; i < 60; ++i) {
    const IpAddress client = client_of(settings.family, 0xc6336400 + i % 40);
    flows_.push_back({.frame = {.to = port_mac,
                                .client = client,
                                .client_port = static_cast<std::uint16_t>(1 + draw(65'535)),
                                .vip = vip_for(client),
                                .payload = 64},
                      .is_tcp = i % 3 != 0});
  }
}

void LiveFlows::run(int steps) {
  for (int step = 0; step < steps; ++step) {
    INFO("step " << step);
    const auto what = draw(100);
    if (what < 2)
      reload();
    else if (what < 3)
      plant_.wait(std::chrono::milliseconds(draw(4'000)));
    else if (what < 6 && settings_.health)
      check_health();
    else
      advance(flows_[draw(flows_.size())]);
  }
}

// A server is added, removed, comes back or gets another weight.
void LiveFlows::reload() {
  const auto index = 1 + draw(most_live_servers - 1);
  auto& weight = servers_.weights[index];
  if (weight && draw(2) == 0) {
    weight.reset();
    ++servers_.removals[index];
    servers_.standings[index] = {};
  } else {
    weight = draw(4);
  }
  plant_.configure(load_config(servers_.text(settings_)));
  if (settings_.health) plant_.set_standings(servers_.standings_in_order());
}

// A server of the TCP service goes down, answering wrongly or not at all, comes back or warms up.
void LiveFlows::check_health() {
  Standing& standing = servers_.standings[1 + draw(most_live_servers - 1)];
  switch (draw(4)) {
    case 0:
      standing = {.role = Standing::Role::out};
      break;
    case 1:
      standing = {.role = Standing::Role::out, .releases = true};
      break;
    case 2:
      standing = {.role = Standing::Role::serves, .share = 4};
      break;
    default:
      standing = {};
      break;
  }
  plant_.set_standings(servers_.standings_in_order());
}

std::uint8_t LiveFlows::random_flags() {
  constexpr std::array<std::uint8_t, 5> kinds = {TcpHeader::ack, TcpHeader::ack | TcpHeader::psh,
                                                 TcpHeader::ack, TcpHeader::syn,
                                                 TcpHeader::ack | TcpHeader::fin};
  return kinds[draw(kinds.size())];
}

bool LiveFlows::may_begin(const LiveFlow& flow) const {
  return !flow.server || plant_.now() - flow.last >=
                             (flow.finished ? shortest_timeout_of_finished : shortest_timeout);
}

// Whether the packet may go elsewhere than those before it.
bool LiveFlows::is_free(const LiveFlow& flow, std::uint8_t flags) const {
  if (may_begin(flow)) return true;
  const bool opens = flow.is_tcp && (flags & TcpHeader::syn) != 0;
  if (opens && flow.finished) return true;
  const std::size_t server = index_of(*flow.server);
  if (flow.is_tcp && servers_.standings[server].releases) return true;
  if (!settings_.reschedules) return false;
  // A server that has come back has none of its former connections.
  const bool was_removed = servers_.removals[server] != flow.removals;
  return was_removed || (opens && servers_.weights[server] == 0U);
}

// A few packets of the flow at once, in one or several pieces each.
void LiveFlows::advance(LiveFlow& flow) {
  const bool begins = may_begin(flow);
  flow.frame.flags = begins && draw(2) == 0 ? std::uint8_t{TcpHeader::syn} : random_flags();
  const bool free = is_free(flow, flow.frame.flags);
  const Bytes whole = flow.is_tcp ? tcp_frame(flow.frame) : udp_frame(flow.frame);
  unsigned frames = 0;
  for (auto count = 1 + draw(3); count > 0; --count) {
    if (draw(3) == 0) {
      frames += inject_fragments(whole);
    } else {
      inject(whole);
      ++frames;
    }
    if (draw(2) == 0) plant_.turn();
  }
  plant_.run();
  const std::vector<MacAddress> servers = servers_reached();
  REQUIRE_FALSE(servers.empty());
  REQUIRE(std::ranges::count(servers, servers[0]) == std::ssize(servers));
  // Of a datagram that is refused nothing is sent but one answer.
  if (is_server(servers[0])) REQUIRE(servers.size() == frames);
  if (!free) REQUIRE(servers[0] == *flow.server);
  if (!is_server(servers[0])) {  // refused: a scheduler by hash may have found none
    flow.server.reset();
    return;
  }
  if (flow.server && servers[0] != *flow.server) ++moves_;
  flow.server = servers[0];
  flow.removals = servers_.removals[index_of(servers[0])];
  flow.last = plant_.now();
  flow.finished = (flow.finished && !free) || (flow.frame.flags & TcpHeader::fin) != 0;
  if (draw(4) == 0) expect_error_at(whole, *flow.server);
}

// By either port.
void LiveFlows::inject(const Bytes& frame) {
  if (!settings_.two_ports) {
    plant_.inject(front, frame);
  } else if (draw(2) == 0) {
    plant_.inject(front, tagged(frame, front_vlan));
  } else {
    Bytes other = frame;
    std::ranges::copy(back_mac.bytes(), other.begin());
    plant_.inject(back, other);
  }
}

unsigned LiveFlows::inject_fragments(const Bytes& frame) {
  auto fragments = cut(frame, static_cast<std::uint16_t>(24 + 8 * draw(3)),
                       static_cast<std::uint16_t>(++identification_));
  if (draw(2) == 0) std::swap(fragments[0], fragments[1]);
  for (const Bytes& fragment : fragments) {
    inject(fragment);
    if (draw(4) == 0) plant_.turn();
  }
  return 2;
}

void LiveFlows::expect_error_at(const Bytes& frame, const MacAddress& server) {
  inject(answer_too_big(frame, client_of(settings_.family, 0xcb007100 + draw(200))));
  plant_.run();
  REQUIRE(servers_reached() == std::vector<MacAddress>{server});
}

std::vector<MacAddress> LiveFlows::servers_reached() {
  std::vector<MacAddress> servers;
  for (const Departure& left : plant_.take_departures()) {
    const std::span frame(left.frame);
    const MacAddress to = header_at<EthernetHeader>(frame, 0).destination;
    servers.push_back(to);
    if (!settings_.two_ports || !is_server(to)) continue;
    REQUIRE(left.port == back);
    REQUIRE(header_at<EthernetHeader>(frame, 0).source == back_mac);
    REQUIRE(header_at<Be32>(frame, 2 * sizeof(MacAddress)).value() == (0x81000000U | back_vlan));
    REQUIRE(header_at<Be16>(frame, 2 * sizeof(MacAddress) + 4).value() != ether_type::vlan);
  }
  return servers;
}

}  // namespace drover::test
