// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/packet_socket.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "lib/failover/vrrp_frame.h"
#include "lib/net/wire.h"

namespace drover::control {
namespace {

constexpr std::uint32_t packet_type = static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_PKTTYPE);
constexpr std::uint16_t load_byte = BPF_LD | BPF_B | BPF_ABS;
constexpr std::uint16_t jump_if_equal = BPF_JMP | BPF_JEQ | BPF_K;
constexpr std::uint16_t jump_if_above = BPF_JMP | BPF_JGT | BPF_K;
constexpr std::uint16_t give_back = BPF_RET | BPF_K;
constexpr std::uint32_t whole_frame = 0xffffffff;

// Offsets count from the byte behind the Ethernet header. Above PACKET_MULTICAST are frames for
// other hosts, those of a VLAN among them, and our own.
std::array<sock_filter, 4> arp_filter{{
    {load_byte, 0, 0, packet_type},
    {jump_if_above, 1, 0, PACKET_MULTICAST},
    {give_back, 0, 0, whole_frame},
    {give_back, 0, 0, 0},
}};

std::array<sock_filter, 8> advertisement_filter{{
    {load_byte, 0, 0, packet_type},
    {jump_if_above, 5, 0, PACKET_MULTICAST},
    {load_byte, 0, 0, offsetof(Ipv6Header, next_header)},
    {jump_if_equal, 0, 3, ip_protocol::icmpv6},
    {load_byte, 0, 0, sizeof(Ipv6Header)},
    {jump_if_equal, 0, 1, IcmpHeader::v6_neighbour_advertisement},
    {give_back, 0, 0, whole_frame},
    {give_back, 0, 0, 0},
}};

// The protocol stands at `offset`.
std::array<sock_filter, 6> vrrp_filter(std::uint32_t offset) {
  return {{
      {load_byte, 0, 0, packet_type},
      {jump_if_above, 3, 0, PACKET_MULTICAST},
      {load_byte, 0, 0, offset},
      {jump_if_equal, 0, 1, ip_protocol::vrrp},
      {give_back, 0, 0, whole_frame},
      {give_back, 0, 0, 0},
  }};
}

sockaddr_ll link_address(int interface, std::uint16_t type) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(type);
  address.sll_ifindex = interface;
  return address;
}

Result<FileDescriptor> open_filtered(int interface, std::uint16_t ether_type,
                                     std::span<sock_filter> filter) {
  // Protocol 0 receives nothing, so that no frame comes in before the filter is set.
  FileDescriptor socket(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open()) return failure("packet socket", errno_text(errno));
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0)
    return failure("packet socket", errno_text(errno));
  const sockaddr_ll self = link_address(interface, ether_type);
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&self), sizeof self) != 0)
    return failure("packet socket", errno_text(errno));
  return socket;
}

}  // namespace

Result<FileDescriptor> open_packet_socket(int interface, std::uint16_t ether_type) {
  return ether_type == ether_type::arp ? open_filtered(interface, ether_type, arp_filter)
                                       : open_filtered(interface, ether_type, advertisement_filter);
}

Result<FileDescriptor> open_vrrp_socket(int interface, bool is_v6) {
  const std::uint16_t type = is_v6 ? ether_type::ipv6 : ether_type::ipv4;
  auto filter =
      vrrp_filter(is_v6 ? offsetof(Ipv6Header, next_header) : offsetof(Ipv4Header, protocol));
  auto socket = open_filtered(interface, type, filter);
  if (!socket) return socket;
  packet_mreq membership{};
  membership.mr_ifindex = interface;
  membership.mr_type = PACKET_MR_MULTICAST;
  const MacAddress group = failover::multicast_mac(failover::vrrp_group(is_v6));
  membership.mr_alen = static_cast<unsigned short>(group.bytes().size());
  std::copy(group.bytes().begin(), group.bytes().end(), membership.mr_address);
  if (setsockopt(socket->get(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership,
                 sizeof membership) != 0)
    return failure("VRRP socket", errno_text(errno));
  return socket;
}

Result<FileDescriptor> open_vrrp_sink(bool is_v6) {
  FileDescriptor socket(::socket(is_v6 ? AF_INET6 : AF_INET,
                                 SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, ip_protocol::vrrp));
  if (!socket.is_open()) return failure("VRRP socket", errno_text(errno));
  sock_filter nothing{give_back, 0, 0, 0};
  const sock_fprog program{1, &nothing};
  if (setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0)
    return failure("VRRP socket", errno_text(errno));
  return socket;
}

int send_frame(int socket, int interface, const ProbeFrame& frame) {
  sockaddr_ll to = link_address(interface, frame.ether_type);
  to.sll_halen = static_cast<unsigned char>(frame.destination.bytes().size());
  std::copy(frame.destination.bytes().begin(), frame.destination.bytes().end(), to.sll_addr);
  const auto sent = sendto(socket, frame.payload.data(), frame.payload.size(), 0,
                           reinterpret_cast<const sockaddr*>(&to), sizeof to);
  return sent < 0 ? errno : 0;
}

std::optional<ReceivedFrame> receive_frame(int socket, std::span<std::uint8_t> buffer) {
  sockaddr_ll from{};
  socklen_t from_length = sizeof from;
  const auto length = recvfrom(socket, buffer.data(), buffer.size(), 0,
                               reinterpret_cast<sockaddr*>(&from), &from_length);
  if (length < 0) return std::nullopt;
  MacAddress::Bytes source;
  std::copy_n(from.sll_addr, source.size(), source.begin());
  return ReceivedFrame{MacAddress(source), buffer.first(static_cast<std::size_t>(length))};
}

}  // namespace drover::control
