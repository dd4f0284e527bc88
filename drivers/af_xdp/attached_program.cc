// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/af_xdp/attached_program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/if_link.h>

#include "drivers/af_xdp/steer_object.h"
#include "drivers/unique_fd.h"
#include "lib/base/log.h"

namespace drover {
namespace {

std::string name_of(std::uint32_t id) {
  const UniqueFd program(bpf_prog_get_fd_by_id(id));
  bpf_prog_info info{};
  std::uint32_t length = sizeof info;
  if (!program || bpf_obj_get_info_by_fd(program.get(), &info, &length) != 0) return {};
  return info.name;
}

}  // namespace

std::string AttachedProgram::description() const {
  return name.empty() ? fmt::format("id {}", id) : fmt::format("{} (id {})", name, id);
}

Result<std::optional<AttachedProgram>> attached_program(const std::string& interface,
                                                        unsigned index) {
  bpf_xdp_query_opts query{};
  query.sz = sizeof query;
  const int error = bpf_xdp_query(static_cast<int>(index), 0, &query);
  if (error != 0)
    return failure(interface, "its XDP program cannot be read: " + errno_text(-error));

  AttachedProgram program;
  switch (query.attach_mode) {
    case XDP_ATTACHED_NONE:
      return std::nullopt;
    case XDP_ATTACHED_SKB:
      program.id = query.skb_prog_id;
      program.flags = XDP_FLAGS_SKB_MODE;
      break;
    case XDP_ATTACHED_HW:
      program.id = query.hw_prog_id;
      program.flags = XDP_FLAGS_HW_MODE;
      break;
    default:  // several at once: the driver's goes first
      program.id = query.drv_prog_id;
      program.flags = XDP_FLAGS_DRV_MODE;
  }
  program.native = program.flags != XDP_FLAGS_SKB_MODE;
  program.name = name_of(program.id);
  return program;
}

Result<void> detach_program(const std::string& interface, unsigned index,
                            const AttachedProgram& program) {
  const int error = bpf_xdp_detach(static_cast<int>(index), program.flags, nullptr);
  if (error != 0)
    return failure(interface,
                   fmt::format("the XDP program {} cannot be detached: {}", program.description(),
                               errno_text(-error)),
                   fmt::format("ip link set dev {} xdp off", interface));
  return {};
}

Result<void> detach_stale_program(const std::string& interface, unsigned index) {
  const auto program = attached_program(interface, index);
  if (!program) return tl::unexpected(program.error());
  if (!*program) return {};
  if ((*program)->name != steer_program_name)
    return failure(interface,
                   fmt::format("it has an XDP program already: {}", (*program)->description()),
                   fmt::format("ip link set dev {} xdp off", interface));
  log::info("{}: detaching the XDP program of a droverd that has died", interface);
  return detach_program(interface, index, **program);
}

}  // namespace drover
