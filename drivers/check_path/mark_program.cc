// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/check_path/mark_program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "drivers/check_path/check_mark.h"
#include "drivers/driver_log.h"

extern "C" {
extern const std::byte drover_check_mark_object[];      // NOLINT(bugprone-reserved-identifier)
extern const std::byte drover_check_mark_object_end[];  // NOLINT(bugprone-reserved-identifier)
}

namespace drover {
namespace {

constexpr const char* where = "tc program for health checks";

}  // namespace

void MarkProgram::Closer::operator()(bpf_object* object) const {
  bpf_object__close(object);
}

Result<MarkProgram> MarkProgram::load() {
  route_driver_logs();
  LogCapture captured;
  const auto size =
      static_cast<std::size_t>(drover_check_mark_object_end - drover_check_mark_object);
  std::unique_ptr<bpf_object, Closer> object(
      bpf_object__open_mem(drover_check_mark_object, size, nullptr));
  const int error = object ? -bpf_object__load(object.get()) : errno;
  if (error == 0) return MarkProgram(std::move(object));
  if (error == EPERM)
    return failure(where, "this user may not load it",
                   "run as root, or give CAP_NET_ADMIN and CAP_BPF");
  return failure(where, "the kernel does not take it: " + captured.cause());
}

int MarkProgram::program() const {
  return bpf_program__fd(bpf_object__find_program_by_name(object_.get(), mark_program_name));
}

int MarkProgram::map() const {
  return bpf_object__find_map_fd_by_name(object_.get(), "servers");
}

Result<void> MarkProgram::set(std::uint32_t mark, const MacAddress& mac) {
  check_server server{};
  std::ranges::copy(mac.bytes(), server.mac);
  if (bpf_map_update_elem(map(), &mark, &server, BPF_ANY) == 0) return {};
  if (errno == E2BIG)
    return failure(where, fmt::format("more than {} servers are checked at the VIP", CHECK_SERVERS),
                   "check others with via: real");
  return failure(where, "a server cannot be entered: " + errno_text(errno));
}

void MarkProgram::remove(std::uint32_t mark) {
  bpf_map_delete_elem(map(), &mark);
}

}  // namespace drover
