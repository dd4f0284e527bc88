// SPDX-License-Identifier: BSD-3-Clause
#include "bench/datapath/balancer.h"

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "lib/control/record_sealer.h"
#include "lib/control/sync_directory.h"

namespace drover::bench {
namespace {

constexpr Ipv4Address own_address(0xac1f0001);   // 172.31.0.1
constexpr Ipv4Address peer_address(0xac1f0002);  // 172.31.0.2
constexpr MacAddress peer_mac{{2, 0, 0, 0, 0xff, 1}};
constexpr std::uint32_t first_server_v4 = 0xac100001;  // 172.16.0.1

std::string server_address(Shape shape, std::uint32_t server) {
  if (shape == Shape::tcp_v6) return fmt::format("2001:db8:2::{:x}", server + 1);
  return to_string(Ipv4Address(first_server_v4 + server));
}

}  // namespace

std::string file_of(const BalancerSettings& settings) {
  const bool tagged = settings.shape == Shape::tcp_vlan;
  std::string file =
      settings.has_peer
          ? fmt::format("nodes:\n  test: {{address: {}/12}}\n  other: {{address: {}/12}}\n",
                        to_string(own_address), to_string(peer_address))
          : "";
  file += fmt::format(
      "workers: {}\nconnections: {}\nports:\n  - {{name: front, driver: vdev, device: "
      "net_ring0{}}}\n"
      "pools:\n  web:\n    servers:\n",
      settings.workers, settings.connections, tagged ? fmt::format(", vlan: {}", vlan_id) : "");
  for (std::uint32_t i = 0; i < settings.servers; ++i)
    file += fmt::format("      - {{address: \"{}\", mac: \"{}\"}}\n",
                        server_address(settings.shape, i), to_string(server_mac(i)));
  file += "services:\n";
  for (std::uint32_t i = 0; i < settings.services; ++i)
    file += fmt::format(
        "  - name: web{}\n    address: \"{}\"\n    ports: [80]\n    protocol: {}\n    pool: "
        "web\n{}",
        i, to_string(vip_of(settings.shape, i)), settings.shape == Shape::udp_v4 ? "udp" : "tcp",
        settings.more_of_a_service);
  return file;
}

Balancer::Balancer(const BalancerSettings& settings)
    : plant_(test::load_config(file_of(settings)),
             {.ports = {{balancer_mac}}, .workers = settings.workers}) {
  if (settings.has_peer) introduce_peer();
}

// As SyncExchange does.
void Balancer::introduce_peer() {
  control::SyncDirectory directory(plant_.builder());
  directory.update();
  plant_.set_record_order(
      control::RecordOrder{.peers = {{peer_address, own_address, test::sync_port}},
                           .sealer = std::make_shared<control::RecordSealer>(
                               control::RecordSeal{.listeners = {{.peer = 0, .boot = 2}},
                                                   .services = directory.hash(),
                                                   .names = directory.names()},
                               1, failover::SyncKey(std::vector<std::uint8_t>(32, 7)),
                               std::make_shared<control::RecordStreams>(plant_.workers(), 1))});
  plant_.set_neighbour(peer_address, peer_mac);
}

std::uint64_t Balancer::forwarded() const {
  using datapath::Verdict;
  std::uint64_t sum = 0;
  for (const Verdict verdict :
       {Verdict::forwarded, Verdict::forwarded_new, Verdict::forwarded_adopted,
        Verdict::forwarded_once, Verdict::forwarded_unkept})
    sum += plant_.total(verdict);
  return sum;
}

}  // namespace drover::bench
