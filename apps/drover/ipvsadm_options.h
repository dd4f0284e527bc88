// SPDX-License-Identifier: BSD-3-Clause
// What ipvsadm -L and -S can be asked, and what they refuse to be asked together.
#pragma once

#include <optional>
#include <string>

#include "lib/base/result.h"

namespace CLI {
class App;
}

namespace drover::client {

struct IpvsadmOptions {
  bool list = false;
  bool save = false;
  bool numeric = false;
  bool stats = false;
  bool rate = false;
  bool exact = false;
  bool thresholds = false;
  bool persistent = false;
  bool tunnels = false;
  bool connections = false;
  bool timeout = false;
  bool daemon = false;
  bool sort = false;
  bool no_sort = false;
  bool ipv6 = false;
  std::string tcp_service;
  std::string udp_service;
  std::string sctp_service;
  std::string fwmark_service;

  // As it was given.
  const std::string& service() const;
};

// `options` must outlive the command.
void add_ipvsadm_options(CLI::App& command, IpvsadmOptions& options);

}  // namespace drover::client
