// SPDX-License-Identifier: BSD-3-Clause
// The XDP program that a kernel interface has.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lib/base/result.h"

namespace drover {

struct AttachedProgram {
  std::uint32_t id = 0;
  std::string name;         // empty when it may not be read (that takes CAP_SYS_ADMIN)
  bool native = false;      // runs in the device's driver; else in the kernel's generic hook
  std::uint32_t flags = 0;  // XDP_FLAGS_* that name the hook, for detaching

  std::string description() const;  // "drover_steer (id 7)"
};

// Nothing when there is none.
Result<std::optional<AttachedProgram>> attached_program(const std::string& interface,
                                                        unsigned index);

Result<void> detach_program(const std::string& interface, unsigned index,
                            const AttachedProgram& program);

// Detaches the program of a droverd that has died; the caller holds the device's lock, so that it
// is dead. Somebody else's program is an error.
Result<void> detach_stale_program(const std::string& interface, unsigned index);

}  // namespace drover
