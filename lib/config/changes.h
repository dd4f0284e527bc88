// SPDX-License-Identifier: BSD-3-Clause
// What was changed at run time, on top of the file: values that can be applied to any file, so that
// they outlive a reload. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/config/config.h"
#include "lib/config/document.h"

namespace drover::config {

struct ServerEdit {
  std::optional<std::uint32_t> weight;
  std::optional<AdminState> state;
};

struct PoolChanges {
  std::set<IpAddress> removed;
  std::map<IpAddress, YamlNode> added;  // each a server as the file would have it
  std::map<IpAddress, ServerEdit> edited;

  bool empty() const { return removed.empty() && added.empty() && edited.empty(); }
};

struct Changes {
  std::map<std::string, PoolChanges> pools;  // by their names in Config::pools
  std::set<std::string> removed_services;
  std::map<std::string, YamlNode> added_services;  // each as the file would have it

  bool empty() const { return size() == 0; }
  std::size_t size() const;  // services and servers that are not as the file has them
};

struct Applied {
  YamlNode document;
  Changes changes;                   // those that could be applied
  std::vector<std::string> dropped;  // why each of the others could not, a sentence each
};

// The file with the changes in it. A change whose service or server is not in the file is dropped.
Applied apply(const Changes& changes, const YamlNode& file);

}  // namespace drover::config
