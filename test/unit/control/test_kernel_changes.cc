// SPDX-License-Identifier: BSD-3-Clause
#include <linux/rtnetlink.h>

#include <boost/asio/io_context.hpp>
#include <chrono>

#include "lib/control/kernel_changes.h"
#include "test/unit/catch.h"

namespace drover::control {
namespace {

struct alignas(nlmsghdr) Datagram {
  nlmsghdr head{};
  rtmsg route{};
  std::span<const std::uint8_t> bytes() const {
    return {reinterpret_cast<const std::uint8_t*>(this), head.nlmsg_len};
  }
};

Datagram message(std::uint16_t type, std::uint8_t table = RT_TABLE_MAIN) {
  Datagram datagram;
  datagram.head.nlmsg_type = type;
  datagram.head.nlmsg_len = NLMSG_LENGTH(sizeof(rtmsg));
  datagram.route.rtm_table = table;
  return datagram;
}

TEST_CASE("removals and links are of interest, what is added is not") {
  for (const std::uint16_t type : {RTM_NEWLINK, RTM_DELRULE, RTM_DELQDISC, RTM_DELTFILTER})
    CHECK(KernelChanges::concerns_us(message(type).bytes()));
  for (const std::uint16_t type : {RTM_NEWRULE, RTM_NEWQDISC, RTM_NEWTFILTER, RTM_NEWROUTE})
    CHECK(!KernelChanges::concerns_us(message(type).bytes()));
}

TEST_CASE("of routes only those of our table are of interest") {
  CHECK(KernelChanges::concerns_us(message(RTM_DELROUTE, 213).bytes()));
  CHECK(!KernelChanges::concerns_us(message(RTM_DELROUTE).bytes()));
}

TEST_CASE("a malformed datagram is none") {
  CHECK(!KernelChanges::concerns_us({}));
  Datagram datagram = message(RTM_DELRULE);
  CHECK(!KernelChanges::concerns_us(datagram.bytes().first(8)));
  datagram.head.nlmsg_len = 8;
  CHECK(!KernelChanges::concerns_us(
      {reinterpret_cast<const std::uint8_t*>(&datagram), sizeof datagram}));
}

}  // namespace
}  // namespace drover::control
