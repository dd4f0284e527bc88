// SPDX-License-Identifier: BSD-3-Clause
// Recognises plain frames one by one, whatever they have in common with others or not.
#pragma once

#include <algorithm>
#include <bit>

#include "lib/datapath/fast_path/expected_frame.h"
#include "lib/datapath/fast_path/fast_facts.h"
#include "lib/datapath/fast_path/plain_burst.h"
#include "lib/datapath/fast_path/plain_frame.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath::fast_path {

enum class Plain { no, v4, v6 };

class OneFrame {
 public:
  OneFrame(const Burst& burst, const WorkerState& state, ExpectedFrame& expected, PlainBurst& plain)
      : facts_(*state.snapshot->fast),
        state_(state),
        vips_v4_(facts_.vips_v4[burst.port.value()]),
        vips_v6_(facts_.vips_v6[burst.port.value()]),
        homes_v4_(state.table_v4.homes()),
        homes_v6_(state.table_v6.homes()),
        expected_(expected),
        plain_(plain),
        vlan_(state.snapshot->ports[burst.port.value()].vlan),
        mac_(mac_word(state.snapshot->ports[burst.port.value()].mac)),
        established_(steady(flow::TcpState::established)),
        udp_(steady(flow::TcpState::udp)) {}

  // `network`: offset of the IP header. Fills in what the second pass needs of packet `i`.
  template <std::size_t network>
  Plain recognise(const rte_mbuf* mbuf, std::size_t i) const {
    constexpr std::uint64_t stripped = RTE_MBUF_F_RX_VLAN_STRIPPED | RTE_MBUF_F_RX_QINQ_STRIPPED;
    if ((mbuf->ol_flags & stripped) != 0 || mbuf->nb_segs != 1) return Plain::no;
    const std::uint32_t length = plain_.lengths[i];
    if (length < network + sizeof(Ipv4Header) + sizeof(TcpHeader)) return Plain::no;
    const std::uint8_t* const bytes = plain_.bytes[i];
    if (mac_word(bytes) != mac_) return Plain::no;
    const std::uint64_t source = mac_word(bytes + sizeof(MacAddress));
    if (source != expected_.source() && !is_trusted(bytes, source)) return Plain::no;
    if (network != sizeof(EthernetHeader) && !is_in_vlan(bytes)) return Plain::no;
    const std::uint32_t room = length - std::uint32_t{network};
    const std::uint8_t* const ip = bytes + network;
    const Plain kind = begins_ipv4(ip) && is_plain_v4(ip, room, i)   ? Plain::v4
                       : begins_ipv6(ip) && is_plain_v6(ip, room, i) ? Plain::v6
                                                                     : Plain::no;
    if (kind != Plain::no && length < shortest_frame) plain_.any_short = true;
    return kind;
  }

 private:
  bool is_trusted(const std::uint8_t* bytes, std::uint64_t source) const {
    const MacAddress& mac = reinterpret_cast<const EthernetHeader*>(bytes)->source;
    const Snapshot& snapshot = *state_.snapshot;
    if (snapshot.is_own(mac) || snapshot.server_macs.find(Snapshot::mac_key(mac))) return false;
    expected_.trust(source);
    return true;
  }

  bool is_in_vlan(const std::uint8_t* bytes) const {
    const auto tag = load<std::uint32_t>(bytes + 2 * sizeof(MacAddress));
    const auto type = static_cast<std::uint16_t>(tag);
    return (type == wire(ether_type::vlan) || type == wire(ether_type::vlan_s)) &&
           (__builtin_bswap32(tag) & VlanTag::id_mask) == vlan_;
  }

  bool is_plain_v4(const std::uint8_t* at, std::uint32_t room, std::size_t i) const {
    PlainIpv4 ip;
    if (!ip.read(at, room)) return false;
    const auto* vip = vips_v4_.find({ip.destination});
    if (vip == nullptr) return false;
    const Be32 source = std::bit_cast<Be32>(ip.source);
    if (facts_.sources.is_suspect(source) && is_no_client(Ipv4Address(source))) return false;
    const int left = static_cast<int>(ip.length) - int{sizeof(Ipv4Header)};
    Transport transport;
    if (!read_transport(at + sizeof(Ipv4Header), ip.protocol, left, *vip, transport)) return false;
    expected_.expect(*vip, state_.table_v4.seed());
    const flow::ConnectionKeyV4::Packed key{ip.source | transport.ports << 32U};
    const flow::KeySecrets secrets(transport.vip, state_.table_v4.seed());
    note(i, homes_v4_, flow::mix(key, secrets), key[0], transport, ip.length);
    return true;
  }

  bool is_plain_v6(const std::uint8_t* at, std::uint32_t room, std::size_t i) const {
    if (room < sizeof(Ipv6Header) + sizeof(TcpHeader)) return false;
    const auto& ip = *reinterpret_cast<const Ipv6Header*>(at);
    const std::uint32_t payload = ip.payload_length.value();
    const std::uint32_t length = payload + std::uint32_t{sizeof(Ipv6Header)};
    if (length > room) return false;
    const auto* vip = vips_v6_.find(WireAddressV6(ip.destination));
    if (vip == nullptr) return false;
    if (facts_.sources.is_suspect(ip.source) && is_no_client(ip.source)) return false;
    Transport transport;
    if (!read_transport(at + sizeof(Ipv6Header), ip.next_header, static_cast<int>(payload), *vip,
                        transport))
      return false;
    expected_.expect(*vip, state_.table_v6.seed());
    const WireAddressV6 client(ip.source);
    const flow::KeySecrets secrets(transport.vip, state_.table_v6.seed());
    const std::uint64_t mixed = flow::mix({client.first, client.second, transport.ports}, secrets);
    note(i, homes_v6_, mixed, transport.ports, transport, length);
    return true;
  }

  struct Transport {
    std::uint64_t ports;  // as they stand on the wire
    VipId vip;
    std::uint64_t steady;
  };

  // Of TCP or UDP from `at` on; `left`: so much of the datagram.
  template <class Vip>
  bool read_transport(const std::uint8_t* at, std::uint8_t protocol, int left, const Vip& vip,
                      Transport& transport) const {
    transport.ports = load<std::uint32_t>(at);
    if (protocol == ip_protocol::tcp) {
      const unsigned word = tcp_word(at);
      transport.vip = vip.tcp;
      transport.steady =
          stays_established(word) ? established_ + flow::ConnectionV4::steady_vip(vip.tcp) : 0;
      return is_plain_tcp(word, left);
    }
    transport.vip = vip.udp;
    transport.steady = udp_ + flow::ConnectionV4::steady_vip(vip.udp);
    return protocol == ip_protocol::udp && is_plain_udp(at, left);
  }

  template <class Homes>
  void note(std::size_t i, const Homes& homes, std::uint64_t mixed, std::uint64_t key,
            const Transport& transport, std::uint32_t length) const {
    auto* const place = homes[flow::upper_half(mixed)];
    __builtin_prefetch(place, 1);
    plain_.places[i] = place;
    plain_.keys[i] = key;
    plain_.steady[i] = transport.steady;
    plain_.traffic[i] = {1, length};
    plain_.vips[i] = transport.vip.value();
    if (length > facts_.length_for_all) plain_.any_long = true;
  }

  template <class Address>
  bool is_no_client(const Address& source) const {
    return is_martian_source(source) || state_.snapshot->known_sources.find(source);
  }

  std::uint64_t steady(flow::TcpState tcp_state) const {
    return flow::ConnectionV4::steady_state(tcp_state,
                                            state_.tick() + state_.snapshot->timeouts[tcp_state]);
  }

  const FastFacts& facts_;
  const WorkerState& state_;
  VipTable<WireAddress>::View vips_v4_;
  VipTable<WireAddressV6>::View vips_v6_;
  flow::ConnectionTableV4::Homes homes_v4_;
  flow::ConnectionTableV6::Homes homes_v6_;
  ExpectedFrame& expected_;
  PlainBurst& plain_;
  std::uint16_t vlan_;
  std::uint64_t mac_;
  std::uint64_t established_;
  std::uint64_t udp_;
};

}  // namespace drover::datapath::fast_path
