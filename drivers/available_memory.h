// SPDX-License-Identifier: BSD-3-Clause
// The ordinary memory that the kernel could give without swapping.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace drover {

// Nothing when the kernel does not tell; `procfs` is "/proc" but in tests.
std::optional<std::uint64_t> available_megabytes(const std::string& procfs = "/proc");

}  // namespace drover
