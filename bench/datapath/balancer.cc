// SPDX-License-Identifier: BSD-3-Clause
#include "bench/datapath/balancer.h"

#include <fmt/format.h>

namespace drover::bench {
namespace {

constexpr std::uint32_t first_server_v4 = 0xac100001;  // 172.16.0.1

std::string server_address(Shape shape, std::uint32_t server) {
  if (shape == Shape::tcp_v6) return fmt::format("2001:db8:2::{:x}", server + 1);
  return to_string(Ipv4Address(first_server_v4 + server));
}

}  // namespace

std::string file_of(const BalancerSettings& settings) {
  const bool tagged = settings.shape == Shape::tcp_vlan;
  std::string file = fmt::format(
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
             {.ports = {{balancer_mac}}, .workers = settings.workers}) {}

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
