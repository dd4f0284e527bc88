// SPDX-License-Identifier: BSD-3-Clause
#include <rte_hash_crc.h>

#include <bit>
#include <cstring>

#include "bench/datapath/burst_forwarder.h"
#include "bench/datapath/traffic.h"
#include "test/harness/huge_memory.h"

namespace drover::bench {
namespace {

class ChainedTable {
 public:
  ChainedTable(std::uint32_t flows, std::uint32_t servers)
      : servers_(servers),
        mask_(std::bit_ceil(flows) - 1),
        room_(2 * flows + 1),
        heads_(test::huge_memory(sizeof(std::uint32_t) * (std::size_t{mask_} + 1))),
        nodes_(test::huge_memory(sizeof(Node) * room_)) {}

  void operator()(std::span<rte_mbuf*> frames) {
    for (rte_mbuf* frame : frames)
      rewrite(frame, server_mac(server_of(flow_of(frame))), balancer_mac);
  }

 private:
  struct Node {
    FlowBytes key;
    std::uint32_t server;
    std::uint32_t next;  // index of the next in the chain; 0: none
  };

  std::uint32_t server_of(const FlowBytes& key) {
    auto& head =
        reinterpret_cast<std::uint32_t*>(heads_.get())[rte_hash_crc(&key, sizeof key, 0) & mask_];
    auto* const nodes = reinterpret_cast<Node*>(nodes_.get());
    for (std::uint32_t at = head; at != 0; at = nodes[at].next)
      if (std::memcmp(&nodes[at].key, &key, sizeof key) == 0) return nodes[at].server;
    const std::uint32_t server = used_ % servers_;
    if (used_ + 1 < room_) {
      nodes[++used_] = {key, server, head};
      head = used_;
    }
    return server;
  }

  std::uint32_t servers_;
  std::uint32_t mask_;
  std::uint32_t room_;
  std::uint32_t used_ = 0;
  test::HugeMemory heads_;
  test::HugeMemory nodes_;
};

}  // namespace

std::unique_ptr<Forwarder> make_chained_table(std::uint16_t ethdev, std::uint32_t flows,
                                              std::uint32_t servers) {
  return make_burst_forwarder(ethdev, ChainedTable(flows, servers));
}

}  // namespace drover::bench
