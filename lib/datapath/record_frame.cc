// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/record_frame.h"

#include <algorithm>

#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover::datapath {
namespace {

// RFC 768: a sum of 0 is sent as all ones.
Be16 udp_checksum(const ChecksumSum& sum) {
  const Be16 checksum = sum.finish();
  return checksum == Be16(0) ? Be16(0xffff) : checksum;
}

void write_lengths_v4(std::span<std::uint8_t> ip_header, std::uint16_t udp_length,
                      ChecksumSum& sum) {
  auto& ip = header_at<Ipv4Header>(ip_header, 0);
  ip.total_length = Be16(static_cast<std::uint16_t>(sizeof ip + udp_length));
  ip.checksum = ipv4_header_checksum(ip);
  sum.add_pseudo_header(ip.source, ip.destination, ip_protocol::udp, udp_length);
}

void write_lengths_v6(std::span<std::uint8_t> ip_header, std::uint16_t udp_length,
                      ChecksumSum& sum) {
  auto& ip = header_at<Ipv6Header>(ip_header, 0);
  ip.payload_length = Be16(udp_length);
  sum.add_pseudo_header(ip.source, ip.destination, ip_protocol::udp, udp_length);
}

}  // namespace

void write_headers(const RecordWay& way, std::span<std::uint8_t> frame, std::size_t datagram) {
  std::ranges::copy(way.headers, frame.begin());
  const std::size_t udp_at = way.headers.size() - sizeof(UdpHeader);
  const auto udp_length = static_cast<std::uint16_t>(sizeof(UdpHeader) + datagram);
  ChecksumSum sum;
  if (way.is_v6)
    write_lengths_v6(frame.subspan(udp_at - sizeof(Ipv6Header)), udp_length, sum);
  else
    write_lengths_v4(frame.subspan(udp_at - sizeof(Ipv4Header)), udp_length, sum);
  auto& udp = header_at<UdpHeader>(frame, udp_at);
  udp.length = Be16(udp_length);
  sum.add(frame.subspan(udp_at, udp_length));
  udp.checksum = udp_checksum(sum);
}

}  // namespace drover::datapath
