// SPDX-License-Identifier: BSD-3-Clause
#include <bit>
#include <span>

#include "lib/datapath/fast_path/fast_facts.h"
#include "lib/datapath/fast_path/fast_path.h"
#include "lib/datapath/fast_path/mac_word.h"
#include "lib/datapath/fast_path/plain_frame.h"
#include "lib/datapath/stages/stages.h"

namespace drover::datapath::fast_path {
namespace {

enum class Plain { no, v4, v6 };

// What the frames of a burst are held against: copies, which the compiler can keep in registers.
class Recogniser {
 public:
  Recogniser(const Burst& burst, const WorkerState& state)
      : facts_(*state.snapshot->fast),
        state_(state),
        vips_v4_(facts_.vips_v4[burst.port.value()]),
        vips_v6_(facts_.vips_v6[burst.port.value()]),
        seed_(state.table_v4.seed()),
        vlan_(state.snapshot->ports[burst.port.value()].vlan),
        mac_(mac_word(state.snapshot->ports[burst.port.value()].mac)),
        established_(steady(flow::TcpState::established)),
        udp_(steady(flow::TcpState::udp)) {}

  std::uint16_t vlan() const { return vlan_; }

  // `network`: offset of the IP header. `trusted`: mac_word() of a frame's source that has been
  // found to be neither a balancer's nor a server's.
  template <std::size_t network>
  [[gnu::always_inline]] Plain kind_of(const rte_mbuf* mbuf, PlainPacket& packet,
                                       std::uint64_t& trusted, bool& any_short) const {
    constexpr std::uint64_t stripped = RTE_MBUF_F_RX_VLAN_STRIPPED | RTE_MBUF_F_RX_QINQ_STRIPPED;
    if ((mbuf->ol_flags & stripped) != 0 || mbuf->nb_segs != 1) return Plain::no;
    const std::uint32_t length = rte_pktmbuf_data_len(mbuf);
    if (length < shortest_frame) [[unlikely]] {
      if (length < network + sizeof(Ipv4Header) + sizeof(TcpHeader)) return Plain::no;
      any_short = true;
    }
    std::uint8_t* const bytes = rte_pktmbuf_mtod(mbuf, std::uint8_t*);
    if (mac_word(bytes) != mac_) return Plain::no;
    const std::uint64_t source = mac_word(bytes + sizeof(MacAddress));
    if (source != trusted && !is_trusted(bytes, source, trusted)) return Plain::no;
    if (network != sizeof(EthernetHeader) && !is_in_vlan(bytes)) return Plain::no;
    packet.bytes = bytes;
    const std::uint32_t room = length - std::uint32_t{network};
    if (begins_ipv4(bytes + network)) [[likely]]
      return is_plain_v4(bytes + network, room, packet) ? Plain::v4 : Plain::no;
    return begins_ipv6(bytes + network) && is_plain_v6(bytes + network, room, packet) ? Plain::v6
                                                                                      : Plain::no;
  }

 private:
  [[gnu::noinline]] bool is_trusted(const std::uint8_t* bytes, std::uint64_t source,
                                    std::uint64_t& trusted) const {
    const MacAddress& mac = reinterpret_cast<const EthernetHeader*>(bytes)->source;
    const Snapshot& snapshot = *state_.snapshot;
    if (snapshot.is_own(mac) || snapshot.server_macs.find(Snapshot::mac_key(mac))) return false;
    trusted = source;
    return true;
  }

  bool is_in_vlan(const std::uint8_t* bytes) const {
    const auto tag = load<std::uint32_t>(bytes + 2 * sizeof(MacAddress));
    const auto type = static_cast<std::uint16_t>(tag);
    return (type == wire(ether_type::vlan) || type == wire(ether_type::vlan_s)) &&
           (__builtin_bswap32(tag) & VlanTag::id_mask) == vlan_;
  }

  [[gnu::always_inline]] bool is_plain_v4(const std::uint8_t* at, std::uint32_t room,
                                          PlainPacket& packet) const {
    PlainIpv4 ip;
    if (!ip.read(at, room)) return false;
    const auto* vip = vips_v4_.find({ip.destination});
    if (vip == nullptr) return false;
    const Be32 source = std::bit_cast<Be32>(ip.source);
    if (facts_.sources.is_suspect(source)) [[unlikely]]
      if (is_no_client(Ipv4Address(source))) return false;
    const int left = static_cast<int>(ip.length) - int{sizeof(Ipv4Header)};
    Transport transport;
    if (!read_transport(at + sizeof(Ipv4Header), ip.protocol, left, *vip, transport)) return false;
    const std::uint64_t packed =
        std::uint64_t{__builtin_bswap32(ip.source)} << 32U | transport.ports;
    const std::uint64_t hash =
        flow::hash(flow::ConnectionKeyV4::unpack({packed}, transport.vip), seed_);
    state_.table_v4.prefetch(hash);
    packet.hash = hash;
    packet.packed = packed;
    packet.steady = transport.steady;
    packet.length = ip.length;
    packet.vip = transport.vip;
    return true;
  }

  [[gnu::noinline]] bool is_plain_v6(const std::uint8_t* at, std::uint32_t room,
                                     PlainPacket& packet) const {
    if (room < sizeof(Ipv6Header) + sizeof(TcpHeader)) return false;
    const auto& ip = *reinterpret_cast<const Ipv6Header*>(at);
    const std::uint32_t payload = ip.payload_length.value();
    packet.length = payload + std::uint32_t{sizeof(Ipv6Header)};
    if (packet.length > room) return false;
    const auto* vip = vips_v6_.find(WireAddressV6(ip.destination));
    if (vip == nullptr) return false;
    if (facts_.sources.is_suspect(ip.source) && is_no_client(ip.source)) [[unlikely]]
      return false;
    Transport transport;
    if (!read_transport(at + sizeof(Ipv6Header), ip.next_header, static_cast<int>(payload), *vip,
                        transport))
      return false;
    const flow::ConnectionKeyV6 key{
        .client = ip.source,
        .client_port = static_cast<std::uint16_t>(transport.ports >> 16U),
        .virtual_port = static_cast<std::uint16_t>(transport.ports),
        .vip = transport.vip};
    packet.hash = flow::hash(key, seed_);
    state_.table_v6.prefetch(packet.hash);
    packet.packed = transport.ports;
    packet.steady = transport.steady;
    packet.vip = transport.vip;
    return true;
  }

  struct Transport {
    std::uint32_t ports;  // source << 16 | destination
    VipId vip;
    std::uint64_t steady;
  };

  // Of TCP or UDP from `at` on; `left`: so much of the datagram.
  template <class Vip>
  [[gnu::always_inline]] bool read_transport(const std::uint8_t* at, std::uint8_t protocol,
                                             int left, const Vip& vip, Transport& transport) const {
    transport.ports = __builtin_bswap32(load<std::uint32_t>(at));
    if (protocol == ip_protocol::tcp) [[likely]] {
      const unsigned word = tcp_word(at);
      if (!is_plain_tcp(word, left)) return false;
      transport.vip = vip.tcp;
      transport.steady = established_ + vip.tcp.value();
      if (!stays_established(word)) [[unlikely]]
        transport.steady = 0;
      return true;
    }
    transport.vip = vip.udp;
    transport.steady = udp_ + vip.udp.value();
    return protocol == ip_protocol::udp && is_plain_udp(at, left);
  }

  template <class Address>
  bool is_no_client(const Address& source) const {
    return is_martian_source(source) || state_.snapshot->known_sources.find(source);
  }

  // Of the VIP whose id is 0.
  std::uint64_t steady(flow::TcpState tcp_state) const {
    return flow::ConnectionV4::steady_word(VipId(0), tcp_state,
                                           state_.tick() + state_.snapshot->timeouts[tcp_state]);
  }

  const FastFacts& facts_;
  const WorkerState& state_;
  VipTable<WireAddress>::View vips_v4_;
  VipTable<WireAddressV6>::View vips_v6_;
  flow::HashSeed seed_;
  std::uint16_t vlan_;
  std::uint64_t mac_;
  std::uint64_t established_;
  std::uint64_t udp_;
};

template <std::size_t network>
void recognise_at(const Burst& burst, PlainBurst& plain, const Recogniser& recogniser) {
  std::uint32_t others = 0;
  std::uint32_t v6 = 0;
  std::uint64_t trusted = no_mac;
  bool any_short = false;
  PlainPacket* packet = plain.packets.data();
  const std::uint32_t count = burst.count;
  for (std::uint32_t i = 0; i < count; ++i, ++packet) {
    const Plain kind = recogniser.kind_of<network>(burst.mbufs[i], *packet, trusted, any_short);
    if (kind == Plain::v4) [[likely]]
      continue;
    (kind == Plain::v6 ? v6 : others) |= std::uint32_t{1} << i;
  }
  plain.plain = first_bits(count) & ~others;
  plain.v6 = v6;
  plain.any_short = any_short;
  plain.network = network;
}

}  // namespace

void recognise(Burst& burst, PlainBurst& plain, WorkerState& state) {
  const Recogniser recogniser(burst, state);
  constexpr std::size_t untagged = sizeof(EthernetHeader);
  if (recogniser.vlan() == 0)
    recognise_at<untagged>(burst, plain, recogniser);
  else
    recognise_at<untagged + sizeof(VlanTag)>(burst, plain, recogniser);
  burst.related = false;
  for (std::uint32_t others = first_bits(burst.count) & ~plain.plain; others != 0;
       others &= others - 1) {
    const auto i = static_cast<unsigned>(std::countr_zero(others));
    Packet& packet = burst.storage[i];
    packet.mbuf = burst.mbufs[i];
    packet.verdict = Verdict::pending;
    stages::parse(packet);
    stages::classify(packet, burst, state);
  }
}

}  // namespace drover::datapath::fast_path
