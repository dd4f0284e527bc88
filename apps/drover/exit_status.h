// SPDX-License-Identifier: BSD-3-Clause
// What drover ends with; scripts rely on it.
#pragma once

namespace drover::client {

enum class ExitStatus : int { done = 0, failed = 1, usage = 2, bad_configuration = 3 };

}  // namespace drover::client
