// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/netlink_message.h"

#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace drover::control::netlink {
namespace {

using Span = std::span<const std::uint8_t>;

constexpr std::size_t padded(std::size_t length) {
  return (length + 3) & ~std::size_t{3};
}

// A copy, as the bytes may lie at any address; none when they are too few.
template <class T>
std::optional<T> read(Span bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

Span behind(Span bytes, std::size_t length) {
  return bytes.subspan(std::min(padded(length), bytes.size()));
}

template <class Each>
void each_attribute(Span bytes, Each each) {
  while (const auto head = read<rtattr>(bytes)) {
    if (head->rta_len < sizeof(rtattr) || head->rta_len > bytes.size()) return;
    each(head->rta_type & NLA_TYPE_MASK,
         bytes.subspan(sizeof(rtattr), head->rta_len - sizeof(rtattr)));
    bytes = behind(bytes, head->rta_len);
  }
}

template <class T>
std::optional<T> as_array(Span bytes) {
  if (bytes.size() != sizeof(T)) return std::nullopt;
  return read<T>(bytes);
}

std::optional<IpAddress> address_of(int family, Span bytes) {
  if (family == AF_INET) {
    if (const auto wire = as_array<Be32>(bytes)) return IpAddress(Ipv4Address(*wire));
  } else if (family == AF_INET6) {
    if (const auto wire = as_array<Ipv6Address::Bytes>(bytes)) return IpAddress(Ipv6Address(*wire));
  }
  return std::nullopt;
}

std::optional<Message> parse_neighbour(bool removed, Span body) {
  const auto head = read<ndmsg>(body);
  if (!head) return std::nullopt;
  std::optional<IpAddress> address;
  std::optional<MacAddress> mac;
  each_attribute(behind(body, sizeof(ndmsg)), [&](int type, Span value) {
    if (type == NDA_DST) address = address_of(head->ndm_family, value);
    if (type == NDA_LLADDR)
      if (const auto wire = as_array<MacAddress::Bytes>(value)) mac = MacAddress(*wire);
  });
  if (!address) return std::nullopt;
  if (removed) return NeighbourRemoved{head->ndm_ifindex, *address};
  constexpr int trusted = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT;
  if ((head->ndm_state & trusted) == 0 || (mac && (mac->is_zero() || mac->is_multicast())))
    mac.reset();
  return NeighbourEntry{head->ndm_ifindex, *address, mac, (head->ndm_state & NUD_PERMANENT) != 0};
}

std::optional<Message> parse_link(Span body) {
  const auto head = read<ifinfomsg>(body);
  if (!head) return std::nullopt;
  LinkChanged link{head->ifi_index, {}};
  each_attribute(behind(body, sizeof(ifinfomsg)), [&](int type, Span value) {
    if (type != IFLA_IFNAME) return;
    const auto* text = reinterpret_cast<const char*>(value.data());
    link.name.assign(text, strnlen(text, value.size()));
  });
  return link;
}

std::optional<Message> parse_one(const nlmsghdr& head, Span body) {
  const bool interrupted = (head.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
  switch (head.nlmsg_type) {
    case NLMSG_DONE:
      return Answer{head.nlmsg_seq, -read<std::int32_t>(body).value_or(0), interrupted};
    case NLMSG_ERROR:
      return Answer{head.nlmsg_seq, -read<std::int32_t>(body).value_or(0), interrupted};
    case RTM_NEWNEIGH:
    case RTM_DELNEIGH:
      return parse_neighbour(head.nlmsg_type == RTM_DELNEIGH, body);
    case RTM_NEWLINK:
    case RTM_DELLINK:
      return parse_link(body);
    default:
      return std::nullopt;
  }
}

void append(Bytes& out, const void* data, std::size_t length) {
  const auto* begin = static_cast<const std::uint8_t*>(data);
  out.insert(out.end(), begin, begin + length);
  out.resize(padded(out.size()));
}

Bytes request(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence, const ndmsg& body) {
  nlmsghdr head{};
  head.nlmsg_type = type;
  head.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  head.nlmsg_seq = sequence;
  Bytes out;
  append(out, &head, sizeof head);
  append(out, &body, sizeof body);
  return out;
}

void add_attribute(Bytes& out, std::uint16_t type, const void* data, std::size_t length) {
  const rtattr head{static_cast<std::uint16_t>(sizeof(rtattr) + length), type};
  append(out, &head, sizeof head);
  append(out, data, length);
}

Bytes finished(Bytes out) {
  const auto length = static_cast<std::uint32_t>(out.size());
  std::memcpy(out.data() + offsetof(nlmsghdr, nlmsg_len), &length, sizeof length);
  return out;
}

Bytes new_neighbour(std::uint32_t sequence, std::uint16_t flags, ndmsg body,
                    const IpAddress& address) {
  body.ndm_family = address.is_v4() ? AF_INET : AF_INET6;
  Bytes out = request(RTM_NEWNEIGH, flags, sequence, body);
  if (address.is_v4()) {
    const Be32 wire = address.v4().wire();
    add_attribute(out, NDA_DST, &wire, sizeof wire);
  } else {
    add_attribute(out, NDA_DST, address.v6().bytes().data(), sizeof(Ipv6Address::Bytes));
  }
  return out;
}

}  // namespace

void parse(Span datagram, const std::function<void(const Message&)>& each) {
  while (const auto head = read<nlmsghdr>(datagram)) {
    if (head->nlmsg_len < sizeof(nlmsghdr) || head->nlmsg_len > datagram.size()) return;
    const Span body = datagram.subspan(sizeof(nlmsghdr), head->nlmsg_len - sizeof(nlmsghdr));
    if (const auto message = parse_one(*head, body)) each(*message);
    datagram = behind(datagram, head->nlmsg_len);
  }
}

Bytes dump_neighbours(std::uint32_t sequence) {
  return finished(request(RTM_GETNEIGH, NLM_F_DUMP, sequence, ndmsg{}));
}

Bytes use_neighbour(std::uint32_t sequence, int interface, const IpAddress& address) {
  ndmsg body{};
  body.ndm_ifindex = interface;
  body.ndm_flags = NTF_USE;
  return finished(new_neighbour(sequence, NLM_F_ACK | NLM_F_CREATE, body, address));
}

Bytes set_neighbour(std::uint32_t sequence, int interface, const IpAddress& address,
                    const MacAddress& mac) {
  ndmsg body{};
  body.ndm_ifindex = interface;
  body.ndm_state = NUD_REACHABLE;
  Bytes out = new_neighbour(sequence, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, body, address);
  add_attribute(out, NDA_LLADDR, mac.bytes().data(), mac.bytes().size());
  return finished(std::move(out));
}

}  // namespace drover::control::netlink
