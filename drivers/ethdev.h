// SPDX-License-Identifier: BSD-3-Clause
// An ethdev that is configured and running. Control thread only; workers poll its queues by
// port() and a queue's number.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "lib/base/result.h"
#include "lib/net/address.h"
#include "lib/net/receive_side_scaling.h"

struct rte_mempool;

namespace drover {

struct EthdevSettings {
  std::uint16_t port = 0;
  std::uint16_t queues = 1;             // wanted; RX and TX alike
  rte_mempool* mempool = nullptr;       // must outlive the ethdev
  std::uint16_t rx_descriptors = 2048;  // a queue; the device's limits are kept
  std::uint16_t tx_descriptors = 2048;
};

// Since the start. What the device does not count stays 0.
struct EthdevStats {
  std::uint64_t rx_packets = 0;
  std::uint64_t rx_bytes = 0;
  std::uint64_t tx_packets = 0;
  std::uint64_t tx_bytes = 0;
  std::uint64_t rx_missed = 0;  // no room in the RX queue
  std::uint64_t rx_errors = 0;
  std::uint64_t tx_errors = 0;
  std::uint64_t rx_no_mbuf = 0;  // the pool was empty
};

class Ethdev {
 public:
  static Result<std::unique_ptr<Ethdev>> start(const EthdevSettings& settings);

  Ethdev(const Ethdev&) = delete;
  Ethdev& operator=(const Ethdev&) = delete;
  ~Ethdev();  // stops it; the PortDriver closes it

  std::uint16_t port() const { return port_; }
  std::uint16_t queues() const { return queues_; }       // at most what was wanted
  const std::string& driver() const { return driver_; }  // the PMD: "net_af_xdp"
  const MacAddress& mac() const { return mac_; }
  std::uint16_t mtu() const { return mtu_; }
  // TX takes a chain of mbufs.
  bool multi_segment_tx() const { return multi_segment_tx_; }
  // How it spreads packets over its queues; none: the driver does not say.
  std::optional<ReceiveSideScaling> scaling() const;
  // False also when the device is gone.
  bool link_up() const;
  EthdevStats stats() const;

 private:
  Ethdev() = default;

  std::uint16_t port_ = 0;
  std::uint16_t queues_ = 0;
  std::uint16_t mtu_ = 0;
  bool multi_segment_tx_ = false;
  unsigned kernel_index_ = 0;  // of the kernel's interface below; 0 without one
  std::string driver_;
  MacAddress mac_;
};

}  // namespace drover
