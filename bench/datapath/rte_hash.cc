// SPDX-License-Identifier: BSD-3-Clause
#include <rte_hash.h>
#include <rte_hash_crc.h>
#include <rte_lcore.h>

#include <stdexcept>

#include "bench/datapath/burst_forwarder.h"
#include "bench/datapath/traffic.h"

namespace drover::bench {
namespace {

struct FreeHash {
  void operator()(rte_hash* hash) const { rte_hash_free(hash); }
};

class RteHash {
 public:
  RteHash(std::uint32_t flows, std::uint32_t servers) : servers_(servers) {
    // As drover's table: room for twice the flows.
    const rte_hash_parameters wanted{.name = "flows",
                                     .entries = std::max(2 * flows, 1'024U),
                                     .reserved = 0,
                                     .key_len = sizeof(FlowBytes),
                                     .hash_func = rte_hash_crc,
                                     .hash_func_init_val = 0,
                                     .socket_id = static_cast<int>(rte_socket_id()),
                                     .extra_flag = 0};
    hash_.reset(rte_hash_create(&wanted));
    if (!hash_) throw std::runtime_error("rte_hash_create: not enough memory for the flows");
  }

  void operator()(std::span<rte_mbuf*> frames) {
    for (std::size_t i = 0; i < frames.size(); ++i) {
      keys_[i] = flow_of(frames[i]);
      pointers_[i] = &keys_[i];
    }
    std::uint64_t hits = 0;
    rte_hash_lookup_bulk_data(hash_.get(), pointers_.data(),
                              static_cast<std::uint32_t>(frames.size()), &hits, data_.data());
    for (std::size_t i = 0; i < frames.size(); ++i) {
      if (((hits >> i) & 1U) == 0) data_[i] = add(keys_[i]);
      rewrite(frames[i],
              server_mac(static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(data_[i]))),
              balancer_mac);
    }
  }

 private:
  void* add(const FlowBytes& key) {
    void* data = reinterpret_cast<void*>(static_cast<std::uintptr_t>(next_++ % servers_));
    rte_hash_add_key_data(hash_.get(), &key, data);  // full: served without an entry
    return data;
  }

  static constexpr std::size_t size = 32;
  std::uint32_t servers_;
  std::uint32_t next_ = 0;
  std::unique_ptr<rte_hash, FreeHash> hash_;
  std::array<FlowBytes, size> keys_{};
  std::array<const void*, size> pointers_{};
  std::array<void*, size> data_{};
};

}  // namespace

std::unique_ptr<Forwarder> make_rte_hash(std::uint16_t ethdev, std::uint32_t flows,
                                         std::uint32_t servers) {
  return make_burst_forwarder(ethdev, RteHash(flows, servers));
}

}  // namespace drover::bench
