// SPDX-License-Identifier: BSD-3-Clause
// Short ways to say: this text gives exactly these complaints.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/config/load.h"

namespace drover::config {

using Lines = std::vector<std::string>;

inline ResultOrErrors<Loaded> parse_here(const std::string& text) {
  return parse(text, "f", std::nullopt, "lb1");
}

inline Lines lines_of(const Errors& errors) {
  Lines lines;
  for (const Error& error : errors) lines.push_back(to_string(error));
  return lines;
}

// Empty when the text is right.
inline Lines complaints(const std::string& text) {
  const auto loaded = parse_here(text);
  return loaded ? Lines{} : lines_of(loaded.error());
}

inline Lines warnings(const std::string& text) {
  const auto loaded = parse_here(text);
  return loaded ? lines_of(loaded->warnings)
                : Lines{"errors: " + to_string(loaded.error().front())};
}

// The least that is right, in parts of one line each.
inline const std::string some_ports = "ports: [{name: front, driver: af_xdp, device: eth0}]\n";
inline const std::string some_pools = "pools: {web: {servers: [{address: 192.0.2.21}]}}\n";
inline const std::string some_services =
    "services: [{name: web, address: 192.0.2.10, ports: [80], pool: web}]\n";

// The text stands on line 4.
inline std::string minimal_and(const std::string& text) {
  return some_ports + some_pools + some_services + text;
}

}  // namespace drover::config
