// SPDX-License-Identifier: BSD-3-Clause
#include "lib/failover/announcement.h"

#include <algorithm>
#include <initializer_list>
#include <span>

#include "lib/failover/vrrp_frame.h"
#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover::failover {
namespace {

constexpr Ipv6Address all_nodes({0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});

// RFC 4861, 4.4 with the target link-layer address option of 4.6.1.
struct Advertisement {
  IcmpHeader icmp;
  Ipv6Address target;
  std::uint8_t option_type;
  std::uint8_t option_length;  // units of 8 bytes
  MacAddress mac;
};
static_assert(sizeof(Advertisement) == 32);
constexpr std::uint32_t override_flag = 1U << 29U;
constexpr std::uint8_t target_link_layer_address = 2;

std::vector<std::uint8_t> write_gratuitous_arp(Ipv4Address vip, const MacAddress& mac) {
  std::vector<std::uint8_t> frame(sizeof(EthernetHeader) + sizeof(ArpMessage));
  const std::span<std::uint8_t> bytes(frame);
  header_at<EthernetHeader>(bytes, 0) = {
      .destination = broadcast_mac, .source = mac, .type = Be16(ether_type::arp)};
  header_at<ArpMessage>(bytes, sizeof(EthernetHeader)) = {.hardware_type = Be16(1),
                                                          .protocol_type = Be16(ether_type::ipv4),
                                                          .hardware_length = 6,
                                                          .protocol_length = 4,
                                                          .operation = Be16(ArpMessage::request),
                                                          .sender_mac = mac,
                                                          .sender_address = vip.wire(),
                                                          .target_mac = broadcast_mac,
                                                          .target_address = vip.wire()};
  return frame;
}

std::vector<std::uint8_t> write_unsolicited_advertisement(const Ipv6Address& vip,
                                                          const MacAddress& mac) {
  constexpr std::size_t ip_at = sizeof(EthernetHeader);
  constexpr std::size_t icmp_at = ip_at + sizeof(Ipv6Header);
  std::vector<std::uint8_t> frame(icmp_at + sizeof(Advertisement));
  const std::span<std::uint8_t> bytes(frame);
  header_at<EthernetHeader>(bytes, 0) = {
      .destination = multicast_mac(all_nodes), .source = mac, .type = Be16(ether_type::ipv6)};
  header_at<Ipv6Header>(bytes, ip_at) = {.version_class_flow = Be32(6U << 28U),
                                         .payload_length = Be16(sizeof(Advertisement)),
                                         .next_header = ip_protocol::icmpv6,
                                         .hop_limit = 255,
                                         .source = vip,
                                         .destination = all_nodes};
  auto& message = header_at<Advertisement>(bytes, icmp_at);
  message = {.icmp = {.type = IcmpHeader::v6_neighbour_advertisement,
                      .code = 0,
                      .checksum = Be16(0),
                      .rest = Be32(override_flag)},
             .target = vip,
             .option_type = target_link_layer_address,
             .option_length = 1,
             .mac = mac};
  ChecksumSum sum;
  sum.add_pseudo_header(vip, all_nodes, ip_protocol::icmpv6, sizeof(Advertisement));
  sum.add(bytes.subspan(icmp_at));
  message.icmp.checksum = sum.finish();
  return frame;
}

}  // namespace

std::vector<std::uint8_t> write_announcement(const IpAddress& vip, const MacAddress& mac) {
  return vip.is_v4() ? write_gratuitous_arp(vip.v4(), mac)
                     : write_unsolicited_advertisement(vip.v6(), mac);
}

void AnnouncementSchedule::start(TimePoint now) {
  burst_ = last_burst_ ? std::max(now, *last_burst_ + least_pause) : now;
}

void AnnouncementSchedule::stop() {
  burst_.reset();
  again_.reset();
  refresh_.reset();
}

unsigned AnnouncementSchedule::due(TimePoint now) {
  unsigned times = 0;
  if (burst_ && now >= *burst_) {
    burst_.reset();
    last_burst_ = now;
    times = settings_.burst;
    if (settings_.again.count() > 0) again_ = now + settings_.again;
    if (settings_.refresh.count() > 0) refresh_ = now + settings_.refresh;
  }
  if (again_ && now >= *again_) {
    again_.reset();
    times = settings_.burst;
  }
  if (refresh_ && now >= *refresh_) {
    refresh_ = now + settings_.refresh;
    times = std::max(times, 1U);
  }
  return times;
}

std::optional<AnnouncementSchedule::TimePoint> AnnouncementSchedule::deadline() const {
  std::optional<TimePoint> next;
  for (const auto& moment : {burst_, again_, refresh_})
    if (moment) next = std::min(next.value_or(*moment), *moment);
  return next;
}

}  // namespace drover::failover
