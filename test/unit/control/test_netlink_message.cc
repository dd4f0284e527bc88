// SPDX-License-Identifier: BSD-3-Clause
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cstring>

#include "lib/control/netlink_message.h"
#include "test/unit/catch.h"

namespace drover::control::netlink {
namespace {

const IpAddress server = *IpAddress::parse("192.0.2.21");
const IpAddress server6 = *IpAddress::parse("2001:db8::21");
const MacAddress mac = *MacAddress::parse("02:00:00:00:00:21");

std::vector<Message> parsed(std::span<const std::uint8_t> datagram) {
  std::vector<Message> messages;
  parse(datagram, [&](const Message& message) { messages.push_back(message); });
  return messages;
}

// set_neighbour's request has the layout of the kernel's own news.
Bytes news(const IpAddress& address, int nud_state) {
  const auto state = static_cast<std::uint16_t>(nud_state);
  Bytes message = set_neighbour(7, 3, address, mac);
  std::memcpy(message.data() + sizeof(nlmsghdr) + offsetof(ndmsg, ndm_state), &state, sizeof state);
  return message;
}

TEST_CASE("a neighbour entry is read") {
  for (const IpAddress& address : {server, server6}) {
    const auto messages = parsed(news(address, NUD_REACHABLE));
    REQUIRE(messages.size() == 1);
    const auto& entry = std::get<NeighbourEntry>(messages[0]);
    REQUIRE(entry.interface == 3);
    REQUIRE(entry.address == address);
    REQUIRE(entry.mac == mac);
    REQUIRE_FALSE(entry.permanent);
  }
}

TEST_CASE("a MAC address counts in the states in which the kernel uses it") {
  const auto entry = [](int state) {
    return std::get<NeighbourEntry>(parsed(news(server, state))[0]);
  };
  for (const int state : {NUD_REACHABLE, NUD_STALE, NUD_DELAY, NUD_PROBE, NUD_PERMANENT})
    REQUIRE(entry(state).mac == mac);
  for (const int state : {NUD_INCOMPLETE, NUD_FAILED, NUD_NONE, NUD_NOARP})
    REQUIRE_FALSE(entry(state).mac);
  REQUIRE(entry(NUD_PERMANENT).permanent);
}

TEST_CASE("several messages of one datagram are read") {
  Bytes datagram = news(server, NUD_STALE);
  const Bytes second = news(server6, NUD_STALE);
  datagram.insert(datagram.end(), second.begin(), second.end());
  REQUIRE(parsed(datagram).size() == 2);
}

TEST_CASE("no cut of a message is read beyond its end") {
  const Bytes whole = news(server6, NUD_STALE);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    // The bytes stand alone, so that a sanitizer sees a read behind them.
    Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    REQUIRE(parsed(cut).empty());
    const auto shorter = static_cast<std::uint32_t>(length);
    if (length < sizeof(nlmsghdr)) continue;
    std::memcpy(cut.data(), &shorter, sizeof shorter);
    // The MAC address stands last, with two bytes of padding.
    for (const Message& message : parsed(cut))
      REQUIRE(std::get<NeighbourEntry>(message).mac.has_value() == (length + 2 >= whole.size()));
  }
}

TEST_CASE("a request asks for what it should") {
  const Bytes request = use_neighbour(9, 4, server);
  nlmsghdr head;
  std::memcpy(&head, request.data(), sizeof head);
  REQUIRE(head.nlmsg_len == request.size());
  REQUIRE(head.nlmsg_type == RTM_NEWNEIGH);
  REQUIRE(head.nlmsg_flags == (NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE));
  REQUIRE(head.nlmsg_seq == 9);
  ndmsg body;
  std::memcpy(&body, request.data() + sizeof head, sizeof body);
  REQUIRE(body.ndm_family == AF_INET);
  REQUIRE(body.ndm_ifindex == 4);
  REQUIRE(body.ndm_flags == NTF_USE);
}

TEST_CASE("an answer carries its error as a positive number") {
  Bytes datagram(sizeof(nlmsghdr) + sizeof(nlmsgerr));
  nlmsghdr head{};
  head.nlmsg_len = static_cast<std::uint32_t>(datagram.size());
  head.nlmsg_type = NLMSG_ERROR;
  head.nlmsg_seq = 12;
  nlmsgerr body{};
  body.error = -ENOBUFS;
  std::memcpy(datagram.data(), &head, sizeof head);
  std::memcpy(datagram.data() + sizeof head, &body, sizeof body);
  const auto messages = parsed(datagram);
  REQUIRE(messages.size() == 1);
  REQUIRE(std::get<Answer>(messages[0]).sequence == 12);
  REQUIRE(std::get<Answer>(messages[0]).error == ENOBUFS);
}

}  // namespace
}  // namespace drover::control::netlink
