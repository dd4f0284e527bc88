// SPDX-License-Identifier: BSD-3-Clause
// Another balancer's configuration as drover would have it, with what it had that drover has not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/config/config.h"
#include "lib/net/address.h"

namespace drover::config {

// Something about a line of the source.
struct ImportNote {
  std::size_t line = 0;  // from 1; 0: about the file as a whole
  std::string text;
};

struct ImportedServer {
  std::string name;
  IpAddress address;
  std::uint32_t weight = 1;
  std::uint32_t upper_threshold = 0;
  std::uint32_t lower_threshold = 0;
  std::string why_not;  // it stays in the file as a comment; empty: it is a server
  friend bool operator==(const ImportedServer&, const ImportedServer&) = default;
};

struct ImportedCheck {
  std::string what;     // the check's own key and value in YAML: "http: {path: /}"
  std::string comment;  // how it differs from the original
  Milliseconds interval{2'000};
  Milliseconds timeout{1'000};
  std::uint64_t rise = 1;
  std::uint64_t fall = 1;
};

struct ImportedService {
  std::string name;
  IpAddress address;
  std::vector<std::uint16_t> ports;  // empty: any
  Protocol protocol = Protocol::tcp;
  std::string scheduler = "wlc";
  std::vector<std::string> scheduler_flags;
  bool one_packet = false;
  std::optional<std::uint32_t> persistence_seconds;
  std::uint8_t persistence_mask = 0;  // a prefix length; 0: the whole address
  std::optional<IpAddress> sorry_server;
  std::optional<bool> keeps_connections_when_down;  // none: as the default
  std::vector<ImportedServer> servers;
  std::optional<ImportedCheck> check;
  std::string why_not;  // as a server's
};

struct ImportedPair {
  IpAddress primary;
  IpAddress backup;
  Milliseconds interval{1'000};  // of VRRP
  std::string comment;
  bool sync = false;
  std::vector<std::string> when_master;  // a program's path and its arguments; empty: none
  std::vector<std::string> when_backup;
};

struct Imported {
  std::string source;  // "Piranha's lvs.cf"
  std::optional<ImportedPair> pair;
  std::vector<std::string> devices;  // interfaces
  std::vector<ImportedService> services;
  std::optional<Timeouts> timeouts;
  std::vector<ImportNote> comments;  // what has no match, for the file's end
  std::vector<ImportNote> warnings;  // what a person must look at
  std::vector<ImportNote> errors;    // there is no result then
};

// A drover.yaml, whole and commented.
std::string to_yaml(const Imported& imported);

}  // namespace drover::config
