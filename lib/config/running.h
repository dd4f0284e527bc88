// SPDX-License-Identifier: BSD-3-Clause
// The configuration that runs: the file's, with what was changed at run time, and with what was
// there at the start where only a start can change it. A value, and pure: what asks for a change
// gets another one, and may put it in the place of the first once it has been acted on.
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/changes.h"
#include "lib/config/differences.h"
#include "lib/config/load.h"
#include "lib/config/which_node.h"

namespace drover::config {

class Running {
 public:
  // As the daemon starts. `loaded` was read for this node.
  Running(Loaded loaded, WhichNode which);

  // The file read anew; errors are about the file, or about what it makes of the changes.
  ResultOrErrors<Running> with_file(Loaded loaded) const;
  // Other changes on the same file; errors are about what they make of it.
  ResultOrErrors<Running> with_changes(Changes changes) const;

  const Config& config() const { return config_; }
  const Config& file_config() const { return file_.config; }
  const std::string& file_name() const { return file_.places.file(); }
  const WhichNode& which_node() const { return which_; }
  const Changes& changes() const { return changes_; }

  // Of the step that led here.
  const std::vector<std::string>& dropped_changes() const { return dropped_; }
  const Errors& warnings() const { return file_.warnings; }
  // The keys of the file that wait for a restart.
  const std::vector<std::string>& waiting_for_restart() const { return waiting_; }

  // From the other one to this one.
  std::vector<Difference> differences_from(const Running& other) const;
  std::vector<Difference> differences_from(const Loaded& file) const;
  // As a file that reads back to config(), on this node and on others.
  std::string as_file() const;

 private:
  static ResultOrErrors<Running> make(const Running& before, Loaded file, const Changes& changes);

  WhichNode which_;
  Config started_;
  YamlNode started_document_;
  Loaded file_;
  Changes changes_;
  Config config_;
  YamlNode document_;
  std::vector<std::string> dropped_;
  std::vector<std::string> waiting_;
};

}  // namespace drover::config
