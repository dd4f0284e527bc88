// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/doorbell.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace drover {

Doorbell::Doorbell() : descriptor_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Doorbell::~Doorbell() {
  close(descriptor_);
}

void Doorbell::ring() {
  if (rung_.exchange(true, std::memory_order_acq_rel)) return;
  const std::uint64_t one = 1;
  // Cannot fail but by a counter that is full, and then the descriptor is readable already.
  [[maybe_unused]] const auto written = write(descriptor_, &one, sizeof one);
}

void Doorbell::answer() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = read(descriptor_, &count, sizeof count);
  rung_.store(false, std::memory_order_release);
}

}  // namespace drover
