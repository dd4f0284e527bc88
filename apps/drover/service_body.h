// SPDX-License-Identifier: BSD-3-Clause
// What `drover service add` asks for: the options' values as a service of the file, in JSON.
// droverd judges them as it would there. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"

namespace drover::client {

struct ServiceOptions {
  std::string name;
  std::string address;
  std::vector<std::string> ports;  // numbers, or "any" alone
  std::string protocol = "tcp";
  std::string scheduler = "rr";
  std::vector<std::string> scheduler_flags;
  std::optional<std::string> pool;
  std::vector<std::string> servers;  // addresses
  std::vector<std::string> checks;   // a kind alone ("tcp"), or a check as the file has it
  std::optional<std::string> persistence;
  std::optional<std::uint32_t> mask;
  bool across_ports = false;
  bool one_packet = false;
  std::optional<std::string> sorry_server;
  std::optional<std::string> on_down;
  std::optional<std::string> when_all_down;
  std::optional<std::uint32_t> quorum;
  std::optional<std::uint32_t> quorum_hysteresis;
  std::optional<std::string> warmup;
  std::optional<std::uint32_t> limit;
  std::vector<std::string> allow;
  std::vector<std::string> deny;
};

// An error names the check that cannot be read.
Result<std::string> service_body(const ServiceOptions& options);

}  // namespace drover::client
