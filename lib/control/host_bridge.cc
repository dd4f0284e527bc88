// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/host_bridge.h"

#include <rte_mbuf.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <span>

#include "drivers/host_interface.h"
#include "lib/base/log.h"
#include "lib/datapath/vlan_tag.h"

namespace drover::control {
namespace {

// Of one interface or worker at a time, so that none starves the rest of the control thread.
constexpr unsigned most_at_once = 64;

}  // namespace

HostBridge::HostBridge(boost::asio::io_context& loop, const Plant& plant)
    : plant_(plant), dropped_(plant.ports.size()) {
  for (std::size_t port = 0; port < plant_.ports.size(); ++port) {
    const HostInterface* host = plant_.ports[port].driver->host_interface();
    if (host == nullptr) continue;
    readable_.try_emplace(port, loop, FileDescriptor(dup(host->fd())), [this, port] {
      from_kernel(port);
      stop_if_deleted(port);
    });
  }
}

void HostBridge::from_kernel(std::size_t index) {
  const PlantPort& port = plant_.ports[index];
  HostInterface& host = *port.driver->host_interface();
  for (unsigned i = 0; i < most_at_once; ++i) {
    rte_mbuf* frame = rte_pktmbuf_alloc(plant_.mempool);
    if (frame == nullptr) {
      // Taken all the same: a frame left in the tap would wake this thread without an end.
      std::byte start_of_frame{};
      if (!host.read({&start_of_frame, 1})) return;
      ++dropped_[index];
      continue;
    }
    const std::span room(rte_pktmbuf_mtod(frame, std::byte*), rte_pktmbuf_tailroom(frame));
    const auto length = host.read(room);
    if (!length) {
      rte_pktmbuf_free(frame);
      return;
    }
    rte_pktmbuf_append(frame, static_cast<std::uint16_t>(*length));
    const std::uint16_t vlan = port.config->vlan;
    if (vlan != 0 && !datapath::push_vlan(*frame, vlan)) {
      rte_pktmbuf_free(frame);
      ++dropped_[index];
      continue;
    }
    frame->port = port.ethdev->port();
    // Worker 0 polls every port's first queue.
    if (!plant_.workers.front().crossing->outbound.push(frame)) {
      rte_pktmbuf_free(frame);
      ++dropped_[index];
    }
  }
}

void HostBridge::stop_if_deleted(std::size_t index) {
  const HostInterface& host = *plant_.ports[index].driver->host_interface();
  if (!host.deleted()) return;
  log::error("{}: this host interface has been deleted: the kernel gets no more frames of its port",
             host.name());
  readable_.erase(index);
}

bool HostBridge::drain_workers() {
  bool more = false;
  for (const PlantWorker& worker : plant_.workers) {
    std::array<rte_mbuf*, most_at_once> frames;
    const unsigned count = worker.crossing->to_kernel.pop_some(frames);
    for (rte_mbuf* frame : std::span(frames).first(count)) to_kernel(frame);
    more |= count == frames.size();
  }
  return more;
}

void HostBridge::to_kernel(rte_mbuf* frame) {
  const auto port = std::ranges::find(plant_.ports, frame->port,
                                      [](const PlantPort& each) { return each.ethdev->port(); });
  HostInterface* host = port == plant_.ports.end() ? nullptr : port->driver->host_interface();
  const bool contiguous = rte_pktmbuf_linearize(frame) == 0;
  const std::span bytes(rte_pktmbuf_mtod(frame, const std::byte*), rte_pktmbuf_data_len(frame));
  if (host != nullptr && (!contiguous || !host->write(bytes)))
    ++dropped_[static_cast<std::size_t>(port - plant_.ports.begin())];
  rte_pktmbuf_free(frame);
}

}  // namespace drover::control
