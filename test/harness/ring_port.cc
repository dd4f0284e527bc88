// SPDX-License-Identifier: BSD-3-Clause
#include "test/harness/ring_port.h"

#include <rte_bus_vdev.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

#include "test/harness/test_eal.h"

namespace drover::test {
namespace {

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(what);
}

rte_ring* make_ring(unsigned size) {
  static unsigned made = 0;
  rte_ring* ring = rte_ring_create(("test_" + std::to_string(made++)).c_str(), size, SOCKET_ID_ANY,
                                   RING_F_SP_ENQ | RING_F_SC_DEQ);
  require(ring != nullptr, "rte_ring_create");
  return ring;
}

void empty(rte_ring* ring) {
  void* frame = nullptr;
  while (rte_ring_dequeue(ring, &frame) == 0) rte_pktmbuf_free(static_cast<rte_mbuf*>(frame));
}

rte_mbuf* make_segment(std::span<const std::uint8_t> bytes) {
  rte_mbuf* segment = rte_pktmbuf_alloc(frame_pool());
  require(segment != nullptr, "no mbuf is left");
  char* room = rte_pktmbuf_append(segment, static_cast<std::uint16_t>(bytes.size()));
  require(room != nullptr, "the segment does not fit in an mbuf");
  if (!bytes.empty()) std::memcpy(room, bytes.data(), bytes.size());
  return segment;
}

}  // namespace

RingPort::RingPort(std::uint16_t queues, unsigned ring_size) {
  start_eal();
  for (std::uint16_t queue = 0; queue < queues; ++queue) {
    receive_.push_back(make_ring(ring_size));
    transmit_.push_back(make_ring(ring_size));
  }
  static unsigned made = 0;
  const std::string name = "test" + std::to_string(made++);
  const int port = rte_eth_from_rings(name.c_str(), receive_.data(), queues, transmit_.data(),
                                      queues, rte_socket_id());
  require(port >= 0, "rte_eth_from_rings");
  ethdev_ = static_cast<std::uint16_t>(port);

  const rte_eth_conf settings{};
  require(rte_eth_dev_configure(ethdev_, queues, queues, &settings) == 0, "rte_eth_dev_configure");
  for (std::uint16_t queue = 0; queue < queues; ++queue) {
    require(
        rte_eth_rx_queue_setup(ethdev_, queue, 512, rte_socket_id(), nullptr, frame_pool()) == 0,
        "rte_eth_rx_queue_setup");
    require(rte_eth_tx_queue_setup(ethdev_, queue, 512, rte_socket_id(), nullptr) == 0,
            "rte_eth_tx_queue_setup");
  }
  require(rte_eth_dev_start(ethdev_) == 0, "rte_eth_dev_start");
}

RingPort::~RingPort() {
  rte_eth_dev_info info{};
  rte_eth_dev_info_get(ethdev_, &info);
  const std::string device = rte_dev_name(info.device);
  rte_eth_dev_stop(ethdev_);
  rte_eth_dev_close(ethdev_);
  rte_vdev_uninit(device.c_str());
  for (const auto* rings : {&receive_, &transmit_})
    for (rte_ring* ring : *rings) {
      empty(ring);
      rte_ring_free(ring);
    }
}

void RingPort::inject(std::uint16_t queue, std::span<const std::uint8_t> frame,
                      std::size_t first_segment) {
  rte_mbuf* mbuf = make_frame(frame, first_segment);
  mbuf->port = ethdev_;
  if (rte_ring_enqueue(receive_.at(queue), mbuf) == 0) return;
  rte_pktmbuf_free(mbuf);
  throw std::runtime_error("the receive queue is full");
}

std::vector<Bytes> RingPort::sent(std::uint16_t queue) {
  std::vector<Bytes> frames;
  void* frame = nullptr;
  while (rte_ring_dequeue(transmit_.at(queue), &frame) == 0) {
    frames.push_back(bytes_of(static_cast<rte_mbuf*>(frame)));
    rte_pktmbuf_free(static_cast<rte_mbuf*>(frame));
  }
  return frames;
}

rte_mbuf* make_frame(std::span<const std::uint8_t> bytes, std::size_t first_segment) {
  constexpr std::size_t room = RTE_MBUF_DEFAULT_DATAROOM;
  const std::size_t first = std::min({first_segment == 0 ? room : first_segment, bytes.size()});
  rte_mbuf* head = make_segment(bytes.first(first));
  for (std::size_t at = first; at < bytes.size();) {
    const std::size_t length = std::min(room, bytes.size() - at);
    require(rte_pktmbuf_chain(head, make_segment(bytes.subspan(at, length))) == 0,
            "too many segments");
    at += length;
  }
  return head;
}

Bytes bytes_of(const rte_mbuf* frame) {
  Bytes bytes(rte_pktmbuf_pkt_len(frame));
  if (bytes.empty()) return bytes;
  const void* at =
      rte_pktmbuf_read(frame, 0, static_cast<std::uint32_t>(bytes.size()), bytes.data());
  if (at != bytes.data()) std::memcpy(bytes.data(), at, bytes.size());
  return bytes;
}

}  // namespace drover::test
