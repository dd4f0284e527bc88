// SPDX-License-Identifier: BSD-3-Clause
// What Piranha's nanny asked a server, as a check of drover's. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/config/import/imported.h"

namespace drover::config {

struct NannyCheck {
  std::optional<std::string> send;  // as in the file, without quotes; escapes not resolved
  std::optional<std::string> expect;
  std::optional<std::string> program;
  bool use_regex = false;
  std::uint64_t timeout_seconds = 10;  // the pause between two checks, and of each step
  std::uint64_t reentry_seconds = 180;
  std::uint16_t port = 80;
  bool udp = false;
};

// The backslashes of "\r\n\r\n" were lost, as in how-tos that were printed as HTML.
bool lost_its_backslashes(const std::string& send);

ImportedCheck import_check(const NannyCheck& nanny);

}  // namespace drover::config
