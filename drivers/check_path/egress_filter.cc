// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/check_path/egress_filter.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <string_view>
#include <utility>

#include "drivers/check_path/mark_program.h"
#include "drivers/driver_log.h"
#include "drivers/netlink_request.h"
#include "drivers/unique_fd.h"
#include "lib/base/log.h"

namespace drover {
namespace {

// Where our filter stands, which tells it from others' after a kill -9.
constexpr std::uint32_t filter_priority = 213;
constexpr std::uint32_t filter_handle = 1;

bpf_tc_hook hook_at(unsigned index, bpf_tc_attach_point point) {
  bpf_tc_hook hook{};
  hook.sz = sizeof hook;
  hook.ifindex = static_cast<int>(index);
  hook.attach_point = point;
  return hook;
}

bpf_tc_opts our_place() {
  bpf_tc_opts place{};
  place.sz = sizeof place;
  place.handle = filter_handle;
  place.priority = filter_priority;
  return place;
}

// Of the program at our place; 0: there is none.
std::uint32_t program_at(unsigned index) {
  const bpf_tc_hook hook = hook_at(index, BPF_TC_EGRESS);
  bpf_tc_opts found = our_place();
  return bpf_tc_query(&hook, &found) == 0 ? found.prog_id : 0;
}

std::string name_of(std::uint32_t program_id) {
  const UniqueFd program(bpf_prog_get_fd_by_id(program_id));
  bpf_prog_info info{};
  std::uint32_t length = sizeof info;
  if (!program || bpf_obj_get_info_by_fd(program.get(), &info, &length) != 0) return {};
  return info.name;
}

std::uint32_t id_of(int program) {
  bpf_prog_info info{};
  std::uint32_t length = sizeof info;
  return bpf_obj_get_info_by_fd(program, &info, &length) == 0 ? info.id : 0;
}

void detach(unsigned index) {
  const bpf_tc_hook hook = hook_at(index, BPF_TC_EGRESS);
  const bpf_tc_opts place = our_place();
  bpf_tc_detach(&hook, &place);
}

// An `ingress` qdisc stands in the same place and would run an egress filter at ingress.
bool has_clsact(unsigned index) {
  bool found = false;
  tcmsg body{};
  body.tcm_family = AF_UNSPEC;
  body.tcm_ifindex = static_cast<int>(index);
  NetlinkRequest(RTM_GETQDISC, 0, body).dump([&](const nlmsghdr& message) {
    const auto* head = static_cast<const tcmsg*>(NLMSG_DATA(&message));
    if (message.nlmsg_type != RTM_NEWQDISC || head->tcm_ifindex != static_cast<int>(index)) return;
    auto length = static_cast<int>(NLMSG_PAYLOAD(&message, sizeof *head));
    for (const rtattr* each = TCA_RTA(head); RTA_OK(each, length); each = RTA_NEXT(each, length))
      found |= each->rta_type == TCA_KIND &&
               std::string_view(static_cast<const char*>(RTA_DATA(each))) == "clsact";
  });
  return found;
}

bool has_filters(unsigned index) {
  bool found = false;
  for (const std::uint32_t end : {TC_H_MIN_INGRESS, TC_H_MIN_EGRESS}) {
    tcmsg body{};
    body.tcm_family = AF_UNSPEC;
    body.tcm_ifindex = static_cast<int>(index);
    body.tcm_parent = TC_H_MAKE(TC_H_CLSACT, end);
    NetlinkRequest request(RTM_GETTFILTER, 0, body);
    const int error = request.dump(
        [&](const nlmsghdr& message) { found |= message.nlmsg_type == RTM_NEWTFILTER; });
    found |= error != 0;  // then rather leave it
  }
  return found;
}

}  // namespace

EgressFilter::EgressFilter(std::string interface, unsigned index, int program)
    : interface_(std::move(interface)), index_(index), program_(program) {}

EgressFilter::EgressFilter(EgressFilter&& other) noexcept
    : interface_(std::move(other.interface_)),
      index_(std::exchange(other.index_, 0)),
      program_(other.program_),
      own_qdisc_(other.own_qdisc_) {}

Result<EgressFilter> EgressFilter::attach(const std::string& interface, int program) {
  const unsigned index = if_nametoindex(interface.c_str());
  if (index == 0) return failure(interface, "there is no such network interface");
  EgressFilter filter(interface, index, program);
  LogCapture captured;
  if (const std::uint32_t stale = program_at(index); stale != 0) {
    const std::string name = name_of(stale);
    if (name != mark_program_name) {
      filter.index_ = 0;
      return failure(
          interface,
          fmt::format("the tc filter at egress with preference {} is not ours: {} (program {})",
                      filter_priority, name.empty() ? "unknown" : name, stale),
          fmt::format("tc filter del dev {} egress pref {}", interface, filter_priority));
    }
    log::info("{}: removing the tc filter of a droverd that has died", interface);
    detach(index);
    filter.own_qdisc_ = true;
  }
  if (auto up = filter.put_up(); !up) return tl::unexpected(up.error());
  return filter;
}

Result<void> EgressFilter::put_up() {
  bpf_tc_hook hook = hook_at(index_, BPF_TC_EGRESS);
  const int qdisc = -bpf_tc_hook_create(&hook);
  if (qdisc != 0 && qdisc != EEXIST)
    return failure(interface_, "the qdisc clsact cannot be added: " + errno_text(qdisc),
                   qdisc == ENOENT || qdisc == EOPNOTSUPP ? "modprobe sch_ingress" : "");
  if (qdisc == EEXIST && !has_clsact(index_))
    return failure(interface_, "its ingress qdisc leaves no room for clsact",
                   fmt::format("tc qdisc del dev {} ingress", interface_));
  own_qdisc_ |= qdisc == 0;
  bpf_tc_opts place = our_place();
  place.prog_fd = program_;
  const int filter = -bpf_tc_attach(&hook, &place);
  if (filter == 0 || filter == EEXIST) return {};
  return failure(interface_, "no tc program can be attached at its egress: " + errno_text(filter));
}

Result<void> EgressFilter::restore() {
  LogCapture captured;
  if (const std::uint32_t there = program_at(index_); there != 0 && there == id_of(program_))
    return {};
  return put_up();
}

EgressFilter::~EgressFilter() {
  if (index_ == 0) return;
  LogCapture captured;
  if (const std::uint32_t there = program_at(index_); there != 0 && there == id_of(program_))
    detach(index_);
  if (!own_qdisc_ || has_filters(index_)) return;
  bpf_tc_hook hook = hook_at(
      index_, static_cast<bpf_tc_attach_point>(static_cast<int>(BPF_TC_INGRESS) | BPF_TC_EGRESS));
  bpf_tc_hook_destroy(&hook);
}

}  // namespace drover
