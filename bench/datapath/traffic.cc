// SPDX-License-Identifier: BSD-3-Clause
#include "bench/datapath/traffic.h"

#include <rte_mbuf.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <span>

#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover::bench {
namespace {

constexpr MacAddress client_mac{{2, 0, 0, 0, 0, 0x64}};
constexpr std::uint32_t first_client = 0x0a000000;  // 10.0.0.0
constexpr std::uint32_t first_vip = 0xc6120000;     // 198.18.0.0
constexpr std::uint32_t ports_of_a_client = 16;
constexpr std::uint16_t first_port = 1'024;

Ipv6Address with_low_word(const char* prefix, std::uint32_t word) {
  Ipv6Address::Bytes bytes = Ipv6Address::parse(prefix)->bytes();
  const Be32 low(word);
  std::memcpy(bytes.data() + 12, &low, sizeof low);
  return Ipv6Address(bytes);
}

std::size_t mix_size(std::uint32_t flows) {
  return flows > 1'000'000 ? std::size_t{1} << 24U : std::size_t{1} << 20U;
}

template <class Value>
void put(std::uint8_t* at, Value value) {
  std::memcpy(at, &value, sizeof value);
}

}  // namespace

IpAddress vip_of(Shape shape, std::uint32_t service) {
  if (shape == Shape::tcp_v6) return with_low_word("2001:db8::", first_vip + service);
  return Ipv4Address(first_vip + service);
}

Traffic::Traffic(const TrafficSettings& settings)
    : settings_(settings), mix_(mix_size(settings.flows)), next_fresh_(settings.flows) {
  const bool tagged = settings_.shape == Shape::tcp_vlan;
  const bool v6 = settings_.shape == Shape::tcp_v6;
  const bool udp = settings_.shape == Shape::udp_v4;
  network_ = sizeof(EthernetHeader) + (tagged ? sizeof(VlanTag) : 0);
  const std::size_t transport = network_ + (v6 ? sizeof(Ipv6Header) : sizeof(Ipv4Header));
  const std::size_t end = transport + (udp ? sizeof(UdpHeader) : sizeof(TcpHeader));
  length_ = static_cast<std::uint16_t>(std::max<std::size_t>(end, shortest_frame));

  const std::span image(image_);
  const Be16 type(v6 ? ether_type::ipv6 : ether_type::ipv4);
  header_at<EthernetHeader>(image, 0) = {balancer_mac, client_mac,
                                         tagged ? Be16(ether_type::vlan) : type};
  if (tagged) header_at<VlanTag>(image, sizeof(EthernetHeader)) = {Be16(vlan_id), type};
  if (v6) {
    header_at<Ipv6Header>(image, network_) = {
        .version_class_flow = Be32(0x60000000),
        .payload_length = Be16(static_cast<std::uint16_t>(end - transport)),
        .next_header = ip_protocol::tcp,
        .hop_limit = 64,
        .source = with_low_word("2001:db8:1::", 0),
        .destination = vip_of(settings_.shape, 0).v6()};
  } else {
    auto& ip = header_at<Ipv4Header>(image, network_);
    ip.version_and_length = 0x45;
    ip.total_length = static_cast<std::uint16_t>(end - network_);
    ip.time_to_live = 64;
    ip.protocol = udp ? ip_protocol::udp : ip_protocol::tcp;
    partial_sum_ = 0xffffU ^ ipv4_header_checksum(ip).value();
  }
  if (udp) {
    header_at<UdpHeader>(image, transport).destination_port = std::uint16_t{80};
    header_at<UdpHeader>(image, transport).length = std::uint16_t{sizeof(UdpHeader)};
  } else {
    header_at<TcpHeader>(image, transport).destination_port = std::uint16_t{80};
    header_at<TcpHeader>(image, transport).data_offset = sizeof(TcpHeader) / 4 << 4;
  }

  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> part(0, 1);
  std::uniform_int_distribution<std::uint32_t> any(0, settings_.flows - 1);
  const double ranks = std::log(settings_.flows + 1.0);
  for (std::uint32_t& number : mix_) {
    if (part(random) < settings_.new_share)
      number = fresh;
    else if (settings_.zipf)
      // Ranks lie as far apart as their logarithms; a stride spreads them over the numbers.
      number = static_cast<std::uint32_t>(
          (static_cast<std::uint64_t>(std::exp(part(random) * ranks)) - 1) % settings_.flows *
          2'654'435'761U % settings_.flows);
    else
      number = any(random);
  }
}

void Traffic::write_opening(rte_mbuf* frame, std::uint32_t number) const {
  write(frame, number, TcpHeader::syn);
}

void Traffic::write_established(rte_mbuf* frame, std::uint32_t number) const {
  write(frame, number, TcpHeader::ack);
}

void Traffic::write_next(rte_mbuf* frame) {
  const std::uint32_t number = mix_[next_];
  next_ = (next_ + 1) & (mix_.size() - 1);
  if (number == fresh)
    write(frame, next_fresh_++, TcpHeader::syn);
  else
    write(frame, number, TcpHeader::ack);
}

void Traffic::write(rte_mbuf* frame, std::uint32_t number, std::uint8_t flags) const {
  auto* const bytes = rte_pktmbuf_mtod(frame, std::uint8_t*);
  std::memcpy(bytes, image_.data(), room);
  const std::uint32_t client = first_client + number / ports_of_a_client;
  const std::uint32_t vip = first_vip + number % settings_.services;
  std::uint8_t* const ip = bytes + network_;
  std::uint8_t* transport = ip + sizeof(Ipv4Header);
  if (settings_.shape == Shape::tcp_v6) {
    put(ip + offsetof(Ipv6Header, source) + 12, Be32(client));
    put(ip + offsetof(Ipv6Header, destination) + 12, Be32(vip));
    transport = ip + sizeof(Ipv6Header);
  } else {
    put(ip + offsetof(Ipv4Header, source), Be32(client));
    put(ip + offsetof(Ipv4Header, destination), Be32(vip));
    std::uint64_t sum =
        partial_sum_ + (client >> 16U) + (client & 0xffffU) + (vip >> 16U) + (vip & 0xffffU);
    sum = (sum & 0xffffU) + (sum >> 16U);
    sum = (sum & 0xffffU) + (sum >> 16U);
    put(ip + offsetof(Ipv4Header, checksum), Be16(static_cast<std::uint16_t>(~sum)));
  }
  put(transport, Be16(static_cast<std::uint16_t>(first_port + number % ports_of_a_client)));
  if (settings_.shape != Shape::udp_v4) transport[offsetof(TcpHeader, flags)] = flags;
  frame->data_len = length_;
  frame->pkt_len = length_;
}

}  // namespace drover::bench
