// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/record_ways.h"

#include <algorithm>
#include <span>

#include "lib/net/header_at.h"
#include "lib/net/vlan.h"
#include "lib/net/wire.h"

namespace drover::control {
namespace {

// Of new connections, of one balancer: a tenth of what another one's control thread can hear
// (bench_sync).
constexpr std::uint32_t records_per_second = 1'000'000;
constexpr std::uint16_t usual_mtu = 1'500;
constexpr std::uint8_t hop_limit = 64;
// A datagram of two IPv6 entries at least.
constexpr std::uint16_t least_room = 256;

void append_ethernet(std::vector<std::uint8_t>& headers, const MacAddress& to,
                     const MacAddress& from, std::uint16_t vlan, std::uint16_t type) {
  headers.resize(sizeof(EthernetHeader));
  header_at<EthernetHeader>(std::span(headers), 0) = {
      .destination = to, .source = from, .type = Be16(type)};
  if (vlan != 0) put_vlan_tag(headers, vlan);
}

void append_ip(std::vector<std::uint8_t>& headers, const RecordOrder::Peer& peer) {
  const std::size_t at = headers.size();
  if (peer.address.is_v6()) {
    headers.resize(at + sizeof(Ipv6Header));
    header_at<Ipv6Header>(std::span(headers), at) = {.version_class_flow = Be32(6U << 28U),
                                                     .payload_length = Be16(0),
                                                     .next_header = ip_protocol::udp,
                                                     .hop_limit = hop_limit,
                                                     .source = peer.own.v6(),
                                                     .destination = peer.address.v6()};
    return;
  }
  headers.resize(at + sizeof(Ipv4Header));
  header_at<Ipv4Header>(std::span(headers), at) = {.version_and_length = 0x45,
                                                   .type_of_service = 0,
                                                   .total_length = Be16(0),
                                                   .identification = Be16(0),
                                                   .fragment = Be16(Ipv4Header::dont_fragment),
                                                   .time_to_live = hop_limit,
                                                   .protocol = ip_protocol::udp,
                                                   .checksum = Be16(0),
                                                   .source = peer.own.v4().wire(),
                                                   .destination = peer.address.v4().wire()};
}

void append_udp(std::vector<std::uint8_t>& headers, std::uint16_t port) {
  const std::size_t at = headers.size();
  headers.resize(at + sizeof(UdpHeader));
  header_at<UdpHeader>(std::span(headers), at) = {.source_port = Be16(port),
                                                  .destination_port = Be16(port),
                                                  .length = Be16(0),
                                                  .checksum = Be16(0)};
}

std::optional<datapath::RecordWay> make_way(const RecordOrder::Peer& peer, const WayOut& out,
                                            const datapath::PortFacts& port,
                                            const MacAddress& mac) {
  datapath::RecordWay way{
      .port = out.port, .is_v6 = peer.address.is_v6(), .room = 0, .headers = {}};
  append_ethernet(way.headers, mac, port.mac, out.vlan,
                  way.is_v6 ? ether_type::ipv6 : ether_type::ipv4);
  const std::size_t ethernet = way.headers.size();
  append_ip(way.headers, peer);
  append_udp(way.headers, peer.port);
  const std::uint16_t mtu = std::min(port.mtu == 0 ? usual_mtu : port.mtu, usual_mtu);
  const std::size_t headers = way.headers.size() - ethernet;
  if (mtu < headers + least_room) return std::nullopt;
  way.room = static_cast<std::uint16_t>(mtu - headers);
  return way;
}

}  // namespace

std::shared_ptr<const datapath::RecordPlan> make_record_plan(
    const RecordOrder& order, const std::vector<ReachedServer>& reached,
    const datapath::Snapshot& snapshot,
    const std::function<std::optional<MacAddress>(const IpAddress&)>& mac_of, std::size_t workers) {
  auto plan = std::make_shared<datapath::RecordPlan>();
  for (const RecordOrder::Peer& peer : order.peers) {
    const auto known = std::ranges::find(reached, peer.address, &ReachedServer::address);
    if (known == reached.end()) return nullptr;
    const auto mac = mac_of(peer.address);
    if (!mac) return nullptr;
    auto way = make_way(peer, known->way_out, snapshot.ports[known->way_out.port.value()], *mac);
    if (!way) return nullptr;
    plan->ways.push_back(std::move(*way));
  }
  plan->sealer = order.sealer;
  plan->tentative_per_second = records_per_second / static_cast<std::uint32_t>(workers);
  plan->control_wants_them = order.control_wants_them;
  return plan;
}

}  // namespace drover::control
