// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/kernel_scaling.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstdint>
#include <span>
#include <vector>

#include "drivers/unique_fd.h"

namespace drover {
namespace {

constexpr std::uint8_t toeplitz = 1;  // ETH_RSS_HASH_TOP, which the kernel's headers keep inside

ReceiveSideScaling::Hashes hashes_of(const AskEthtool& ask, std::uint32_t flow_type) {
  using Hashes = ReceiveSideScaling::Hashes;
  ethtool_rxnfc fields{};
  fields.cmd = ETHTOOL_GRXFH;
  fields.flow_type = flow_type;
  if (!ask(&fields)) return Hashes::nothing;
  constexpr std::uint64_t addresses = RXH_IP_SRC | RXH_IP_DST;
  constexpr std::uint64_t ports = RXH_L4_B_0_1 | RXH_L4_B_2_3;
  if (fields.data == addresses) return Hashes::addresses;
  return fields.data == (addresses | ports) ? Hashes::addresses_and_ports : Hashes::nothing;
}

}  // namespace

std::optional<ReceiveSideScaling> read_kernel_scaling(const AskEthtool& ask) {
  ethtool_rxfh sizes{};
  sizes.cmd = ETHTOOL_GRSSH;
  if (!ask(&sizes) || sizes.indir_size == 0 || sizes.key_size == 0) return std::nullopt;
  // The table's words, and then the key.
  const std::size_t head = sizeof(ethtool_rxfh) / sizeof(std::uint32_t);
  std::vector<std::uint32_t> answer(head + sizes.indir_size + (sizes.key_size + 3) / 4);
  auto* whole = reinterpret_cast<ethtool_rxfh*>(answer.data());
  whole->cmd = ETHTOOL_GRSSH;
  whole->indir_size = sizes.indir_size;
  whole->key_size = sizes.key_size;
  if (!ask(whole)) return std::nullopt;
  // Behind the hash function stands, on newer kernels, what is done to the packet's fields first.
  if (whole->hfunc != toeplitz || whole->rsvd8[0] != 0) return std::nullopt;

  ReceiveSideScaling scaling{.tcp_v4 = hashes_of(ask, TCP_V4_FLOW),
                             .udp_v4 = hashes_of(ask, UDP_V4_FLOW),
                             .tcp_v6 = hashes_of(ask, TCP_V6_FLOW),
                             .udp_v6 = hashes_of(ask, UDP_V6_FLOW),
                             .key = {},
                             .table = {}};
  const std::span<const std::uint32_t> table(answer.data() + head, sizes.indir_size);
  for (const std::uint32_t queue : table)
    scaling.table.push_back(static_cast<std::uint16_t>(queue));
  const auto* key = reinterpret_cast<const std::uint8_t*>(table.data() + table.size());
  scaling.key.assign(key, key + sizes.key_size);
  return scaling;
}

std::optional<ReceiveSideScaling> read_kernel_scaling(unsigned interface_index) {
  ifreq request{};
  if (if_indextoname(interface_index, request.ifr_name) == nullptr) return std::nullopt;
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  return read_kernel_scaling([&](void* command) {
    request.ifr_data = static_cast<char*>(command);
    return ioctl(socket.get(), SIOCETHTOOL, &request) == 0;
  });
}

}  // namespace drover
