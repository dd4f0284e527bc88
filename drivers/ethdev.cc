// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/ethdev.h"

#include <fmt/format.h>
#include <net/if.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <vector>

#include "drivers/driver_log.h"
#include "drivers/further_mac.h"
#include "drivers/kernel_interface.h"
#include "drivers/kernel_scaling.h"
#include "drivers/vlan_filter.h"
#include "lib/base/log.h"

namespace drover {
namespace {

constexpr std::uint64_t flow_hash =
    RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_FRAG_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_TCP |
    RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_NONFRAG_IPV4_OTHER | RTE_ETH_RSS_IPV6 |
    RTE_ETH_RSS_FRAG_IPV6 | RTE_ETH_RSS_NONFRAG_IPV6_TCP | RTE_ETH_RSS_NONFRAG_IPV6_UDP |
    RTE_ETH_RSS_NONFRAG_IPV6_OTHER | RTE_ETH_RSS_IPV6_EX | RTE_ETH_RSS_IPV6_TCP_EX |
    RTE_ETH_RSS_IPV6_UDP_EX;

rte_eth_conf configuration(const rte_eth_dev_info& info, std::uint16_t queues, std::uint16_t mtu) {
  rte_eth_conf conf{};
  conf.rxmode.mtu = mtu;
  conf.rxmode.offloads = vlan_filter_offloads(info);
  conf.rx_adv_conf.rss_conf.rss_hf = flow_hash & info.flow_type_rss_offloads;
  if (queues > 1 && conf.rx_adv_conf.rss_conf.rss_hf != 0) conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
  conf.txmode.offloads = info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
  return conf;
}

// The kernel's, where the ethdev lies over an interface of it; else the ethdev's own.
std::uint16_t mtu_of(std::uint16_t port, const rte_eth_dev_info& info) {
  char name[IF_NAMESIZE];
  if (info.if_index != 0 && if_indextoname(info.if_index, name) != nullptr) {
    if (const auto interface = read_kernel_interface(name))
      return static_cast<std::uint16_t>(interface->mtu);
  }
  std::uint16_t mtu = RTE_ETHER_MTU;
  rte_eth_dev_get_mtu(port, &mtu);
  return mtu;
}

int set_up_queues(const EthdevSettings& settings, const rte_eth_dev_info& info,
                  const rte_eth_conf& conf, std::uint16_t queues) {
  std::uint16_t rx = settings.rx_descriptors;
  std::uint16_t tx = settings.tx_descriptors;
  if (const int error = rte_eth_dev_adjust_nb_rx_tx_desc(settings.port, &rx, &tx); error != 0)
    return error;
  const int socket = rte_eth_dev_socket_id(settings.port);
  const auto node = static_cast<unsigned>(socket < 0 ? 0 : socket);
  rte_eth_txconf tx_conf = info.default_txconf;
  tx_conf.offloads = conf.txmode.offloads;
  // TX first: net_af_xdp wants both ends of a pair, and its RX set-up starts the traffic.
  for (std::uint16_t queue = 0; queue < queues; ++queue) {
    if (const int error = rte_eth_tx_queue_setup(settings.port, queue, tx, node, &tx_conf);
        error != 0)
      return error;
  }
  for (std::uint16_t queue = 0; queue < queues; ++queue) {
    if (const int error = rte_eth_rx_queue_setup(settings.port, queue, rx, node,
                                                 &info.default_rxconf, settings.mempool);
        error != 0)
      return error;
  }
  return 0;
}

}  // namespace

Result<std::unique_ptr<Ethdev>> Ethdev::start(const EthdevSettings& settings) {
  const std::string where = fmt::format("port {}", settings.port);
  LogCapture captured;
  rte_eth_dev_info info{};
  if (rte_eth_dev_info_get(settings.port, &info) != 0)
    return failure(where, "DPDK has no such port: " + captured.cause());

  std::unique_ptr<Ethdev> ethdev(new Ethdev);
  ethdev->port_ = settings.port;
  ethdev->driver_ = info.driver_name;
  ethdev->kernel_index_ = info.if_index;
  ethdev->queues_ = std::max<std::uint16_t>(
      1, std::min({settings.queues, info.max_rx_queues, info.max_tx_queues}));
  ethdev->mtu_ = mtu_of(settings.port, info);
  ethdev->multi_segment_tx_ = (info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS) != 0;

  const auto fail = [&](const char* step, int error) {
    return failure(where, fmt::format("{} {}: {} ({})", ethdev->driver_, step, errno_text(-error),
                                      captured.cause()));
  };
  const rte_eth_conf conf = configuration(info, ethdev->queues_, ethdev->mtu_);
  if (const int error =
          rte_eth_dev_configure(settings.port, ethdev->queues_, ethdev->queues_, &conf);
      error != 0)
    return fail("is not configured", error);
  if (const int error = set_up_queues(settings, info, conf, ethdev->queues_); error != 0)
    return fail("has no queue", error);
  if (const int error = rte_eth_dev_start(settings.port); error != 0)
    return fail("does not start", error);
  receive_multicast(settings.port);
  open_vlan_filter(settings.port, conf.rxmode.offloads);

  rte_ether_addr mac{};
  rte_eth_macaddr_get(settings.port, &mac);
  ethdev->mac_ = MacAddress(std::to_array(mac.addr_bytes));
  rte_eth_stats_reset(settings.port);
  return ethdev;
}

Ethdev::~Ethdev() {
  if (rte_eth_dev_is_valid_port(port_) == 0) return;
  if (const int error = rte_eth_dev_stop(port_); error != 0)
    log::warning("port {}: not stopped: {}", port_, errno_text(-error));
}

std::optional<ReceiveSideScaling> Ethdev::scaling() const {
  if (kernel_index_ != 0) return read_kernel_scaling(kernel_index_);
  rte_eth_dev_info info{};
  if (rte_eth_dev_info_get(port_, &info) != 0 || info.reta_size == 0) return std::nullopt;
  ReceiveSideScaling scaling;
  scaling.key.resize(std::max<std::size_t>(info.hash_key_size, 40));
  rte_eth_rss_conf conf{};
  conf.rss_key = scaling.key.data();
  conf.rss_key_len = static_cast<std::uint8_t>(scaling.key.size());
  if (rte_eth_dev_rss_hash_conf_get(port_, &conf) != 0) return std::nullopt;
  if (std::ranges::count(scaling.key, 0) == std::ssize(scaling.key)) return std::nullopt;
  using Hashes = ReceiveSideScaling::Hashes;
  const auto hashes = [&](std::uint64_t with_ports, std::uint64_t without) {
    if ((conf.rss_hf & with_ports) != 0) return Hashes::addresses_and_ports;
    return (conf.rss_hf & without) != 0 ? Hashes::addresses : Hashes::nothing;
  };
  scaling.tcp_v4 = hashes(RTE_ETH_RSS_NONFRAG_IPV4_TCP, RTE_ETH_RSS_IPV4);
  scaling.udp_v4 = hashes(RTE_ETH_RSS_NONFRAG_IPV4_UDP, RTE_ETH_RSS_IPV4);
  scaling.tcp_v6 = hashes(RTE_ETH_RSS_NONFRAG_IPV6_TCP, RTE_ETH_RSS_IPV6);
  scaling.udp_v6 = hashes(RTE_ETH_RSS_NONFRAG_IPV6_UDP, RTE_ETH_RSS_IPV6);
  std::vector<rte_eth_rss_reta_entry64> groups((info.reta_size + RTE_ETH_RETA_GROUP_SIZE - 1) /
                                               RTE_ETH_RETA_GROUP_SIZE);
  for (rte_eth_rss_reta_entry64& group : groups) group.mask = UINT64_MAX;
  if (rte_eth_dev_rss_reta_query(port_, groups.data(), info.reta_size) != 0) return std::nullopt;
  for (std::size_t i = 0; i < info.reta_size; ++i)
    scaling.table.push_back(groups[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE]);
  return scaling;
}

bool Ethdev::link_up() const {
  // net_af_xdp holds its link for up whatever the kernel's interface does.
  if (kernel_index_ != 0) return has_carrier(kernel_index_);
  rte_eth_link link{};
  return rte_eth_link_get_nowait(port_, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

EthdevStats Ethdev::stats() const {
  rte_eth_stats raw{};
  if (rte_eth_stats_get(port_, &raw) != 0) return {};
  return {.rx_packets = raw.ipackets,
          .rx_bytes = raw.ibytes,
          .tx_packets = raw.opackets,
          .tx_bytes = raw.obytes,
          .rx_missed = raw.imissed,
          .rx_errors = raw.ierrors,
          .tx_errors = raw.oerrors,
          .rx_no_mbuf = raw.rx_nombuf};
}

}  // namespace drover
