// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/af_xdp/steer_object.h"

#include <bpf/libbpf.h>
#include <sys/mman.h>

#include <cerrno>
#include <memory>

#include "drivers/driver_log.h"

extern "C" {
extern const std::byte drover_steer_object[];      // NOLINT(bugprone-reserved-identifier)
extern const std::byte drover_steer_object_end[];  // NOLINT(bugprone-reserved-identifier)
}

namespace drover {
namespace {

constexpr const char* where = "XDP program";

struct ObjectCloser {
  void operator()(bpf_object* object) const { bpf_object__close(object); }
};

}  // namespace

std::span<const std::byte> steer_object() {
  return {drover_steer_object,
          static_cast<std::size_t>(drover_steer_object_end - drover_steer_object)};
}

Result<UniqueFd> steer_object_file() {
  UniqueFd file(memfd_create("steer.bpf.o", MFD_CLOEXEC));
  const auto bytes = steer_object();
  if (!file || write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
    return failure(where, "no memory for it: " + errno_text(errno));
  return file;
}

Result<void> try_steer_object() {
  route_driver_logs();
  LogCapture captured;
  const auto bytes = steer_object();
  const std::unique_ptr<bpf_object, ObjectCloser> object(
      bpf_object__open_mem(bytes.data(), bytes.size(), nullptr));
  const int error = object ? -bpf_object__load(object.get()) : errno;
  if (error == 0) return {};
  if (error == EPERM)
    return failure(where, "this user may not load one",
                   "run as root, or give CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF and CAP_IPC_LOCK");
  return failure(where, "the kernel does not take it: " + captured.cause());
}

}  // namespace drover
