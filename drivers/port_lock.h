// SPDX-License-Identifier: BSD-3-Clause
// One droverd a device: a bound abstract Unix socket, "\0drover/port/DEVICE". Its name belongs to
// the network namespace, as a device's name does, and goes with the process however that ends.
#pragma once

#include <string>

#include "drivers/unique_fd.h"
#include "lib/base/result.h"

namespace drover {

class PortLock {
 public:
  // Fails when another holds it for longer than one that has just been killed may: one second.
  static Result<PortLock> take(const std::string& device);

 private:
  explicit PortLock(UniqueFd socket) : socket_(std::move(socket)) {}
  UniqueFd socket_;
};

}  // namespace drover
