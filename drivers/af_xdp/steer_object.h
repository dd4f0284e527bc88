// SPDX-License-Identifier: BSD-3-Clause
// The compiled XDP program (steer.bpf.c), which is part of the daemon's binary: there is no second
// file that could be missing or of another version.
#pragma once

#include <cstddef>
#include <span>

#include "drivers/unique_fd.h"
#include "lib/base/result.h"

namespace drover {

inline constexpr const char* steer_program_name = "drover_steer";

// An ELF object.
std::span<const std::byte> steer_object();

// The same as an anonymous file, for what wants a path: "/proc/self/fd/N".
Result<UniqueFd> steer_object_file();

// Loads it into the kernel and lets it go: does the kernel take it, may this process load it?
Result<void> try_steer_object();

}  // namespace drover
