// SPDX-License-Identifier: BSD-3-Clause
// The configuration that runs, and the one way to change it: checked whole, then acted on, and only
// then taken. What cannot be acted on changes nothing. Control thread only.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "lib/base/result.h"
#include "lib/config/operations.h"
#include "lib/config/running.h"
#include "lib/control/api_model.h"
#include "lib/control/event_log.h"

namespace drover::control {

class LiveConfiguration {
 public:
  // Makes the data path follow. An error: it is as it was.
  using Act = std::function<Result<void>(const config::Config&)>;

  // Calls back with the file as it is now, from within itself or later, in the order of the calls.
  using Read = std::function<void(std::function<ResultOrErrors<config::Loaded>()> load,
                                  std::function<void(ResultOrErrors<config::Loaded>)> done)>;
  using Done = std::function<void(ResultOrErrors<api::Differences>)>;

  LiveConfiguration(config::Running running, Act act, Read read, EventLog& events);

  const config::Config& config() const { return running_.config(); }
  const config::Running& running() const { return running_; }

  // Reads the file again; what was changed at run time stays, as far as the file has a place for
  // it. `who` is for the event: "SIGHUP", or a client's credentials.
  void reload(const std::string& who, Done done);
  // Takes these changes in the place of those that there are.
  ResultOrErrors<api::Differences> change(Result<config::Changes> changes, const std::string& who);
  // Back to the file as it was last read.
  ResultOrErrors<api::Differences> reset(const std::string& who);

  // From the file as it is now to what runs.
  void differences_from_file(Done done);
  api::Configuration report() const;
  // False: the file was refused when it was last read, and what was before it runs on.
  bool last_reload_succeeded() const { return reload_errors_.empty(); }
  // When the file was read that runs.
  std::chrono::system_clock::time_point read_at() const { return read_at_; }
  // Whether a server of this service is not as the file has it.
  bool is_changed(const std::string& service, const IpAddress& server) const;

 private:
  void read_file(std::function<void(ResultOrErrors<config::Loaded>)> done);
  ResultOrErrors<api::Differences> reload_with(ResultOrErrors<config::Loaded> loaded,
                                               const std::string& who);
  ResultOrErrors<api::Differences> differences_from(
      const ResultOrErrors<config::Loaded>& file) const;
  ResultOrErrors<api::Differences> take(ResultOrErrors<config::Running> wanted);
  void tell(EventKind kind, const std::string& who, const api::Differences& done);

  config::Running running_;
  Act act_;
  Read read_;
  EventLog& events_;
  Errors reload_errors_;  // of the last reload
  std::chrono::system_clock::time_point read_at_ = std::chrono::system_clock::now();
  std::uint64_t reloads_succeeded_ = 0;
  std::uint64_t reloads_failed_ = 0;
};

}  // namespace drover::control
