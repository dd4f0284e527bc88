// SPDX-License-Identifier: BSD-3-Clause
// The loop that the floor and the stand-ins share: that of drover's worker, without its stages.
#pragma once

#include <rte_ethdev.h>
#include <rte_prefetch.h>

#include "bench/datapath/forwarder.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover::bench {

// `Treat` is called as `void(std::span<rte_mbuf*>)`, and changes the frames.
template <class Treat>
class BurstForwarder : public Forwarder {
 public:
  BurstForwarder(std::uint16_t ethdev, Treat treat) : ethdev_(ethdev), treat_(std::move(treat)) {}

  void turn() override {
    const std::uint16_t count = rte_eth_rx_burst(ethdev_, 0, frames_.data(), size);
    for (std::uint16_t i = 0; i < count; ++i) rte_prefetch0(rte_pktmbuf_mtod(frames_[i], void*));
    treat_(std::span(frames_).first(count));
    std::uint16_t sent = rte_eth_tx_burst(ethdev_, 0, frames_.data(), count);
    while (sent < count) rte_pktmbuf_free(frames_[sent++]);
  }

 private:
  static constexpr std::uint16_t size = 32;
  std::uint16_t ethdev_;
  std::array<rte_mbuf*, size> frames_{};
  Treat treat_;
};

template <class Treat>
std::unique_ptr<Forwarder> make_burst_forwarder(std::uint16_t ethdev, Treat treat) {
  return std::make_unique<BurstForwarder<Treat>>(ethdev, std::move(treat));
}

// A flow of an untagged IPv4 frame, as its bytes stand there.
struct FlowBytes {
  Be32 client;
  Be32 vip;
  Be16 client_port;
  Be16 port;
  std::uint32_t protocol;
};
static_assert(sizeof(FlowBytes) == 16);

inline FlowBytes flow_of(const rte_mbuf* frame) {
  const std::span bytes(rte_pktmbuf_mtod(frame, const std::uint8_t*), 64);
  const auto& ip = header_at<Ipv4Header>(bytes, sizeof(EthernetHeader));
  const auto& tcp = header_at<TcpHeader>(bytes, sizeof(EthernetHeader) + sizeof(Ipv4Header));
  return {ip.source, ip.destination, tcp.source_port, tcp.destination_port, ip.protocol};
}

}  // namespace drover::bench
