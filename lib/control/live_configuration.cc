// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/live_configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/config/load.h"

namespace drover::control {
namespace {

std::vector<api::Difference> to_api(const std::vector<config::Difference>& differences) {
  std::vector<api::Difference> list;
  for (const config::Difference& each : differences)
    list.push_back({each.path, each.before, each.after});
  return list;
}

std::string summary(const api::Differences& done) {
  std::string text = fmt::format("{} difference{}", done.differences.size(),
                                 done.differences.size() == 1 ? "" : "s");
  constexpr std::size_t most_shown = 3;
  for (std::size_t i = 0; i < std::min(done.differences.size(), most_shown); ++i) {
    const api::Difference& each = done.differences[i];
    text +=
        (i == 0 ? ": " : ", ") + to_string(config::Difference{each.path, each.before, each.after});
  }
  if (done.differences.size() > most_shown) text += ", ...";
  if (!done.needs_restart.empty())
    text += fmt::format("; a restart is needed for {}", fmt::join(done.needs_restart, ", "));
  return text;
}

}  // namespace

LiveConfiguration::LiveConfiguration(config::Running running, Act act, Read read, EventLog& events)
    : running_(std::move(running)), act_(std::move(act)), read_(std::move(read)), events_(events) {}

void LiveConfiguration::reload(const std::string& who, Done done) {
  read_file([this, who, done = std::move(done)](ResultOrErrors<config::Loaded> loaded) {
    done(reload_with(std::move(loaded), who));
  });
}

ResultOrErrors<api::Differences> LiveConfiguration::reload_with(
    ResultOrErrors<config::Loaded> loaded, const std::string& who) {
  auto done = loaded ? take(running_.with_file(std::move(*loaded)))
                     : ResultOrErrors<api::Differences>(tl::unexpected(loaded.error()));
  if (!done) {
    ++reloads_failed_;
    reload_errors_ = done.error();
    events_.post(
        EventKind::reload, log::Level::error, running_.file_name(),
        fmt::format("refused ({}), what ran goes on: {}", who, to_string(done.error().front())));
    for (std::size_t i = 1; i < done.error().size(); ++i)
      log::error("{}", to_string(done.error()[i]));
    return done;
  }
  ++reloads_succeeded_;
  read_at_ = std::chrono::system_clock::now();
  reload_errors_.clear();
  tell(EventKind::reload, who, *done);
  return done;
}

ResultOrErrors<api::Differences> LiveConfiguration::change(Result<config::Changes> changes,
                                                           const std::string& who) {
  if (!changes) return tl::unexpected(Errors{changes.error()});
  auto done = take(running_.with_changes(std::move(*changes)));
  if (done) tell(EventKind::change, who, *done);
  return done;
}

ResultOrErrors<api::Differences> LiveConfiguration::reset(const std::string& who) {
  return change(config::Changes{}, who);
}

ResultOrErrors<api::Differences> LiveConfiguration::take(ResultOrErrors<config::Running> wanted) {
  if (!wanted) return tl::unexpected(std::move(wanted.error()));
  if (auto acted = act_(wanted->config()); !acted) return tl::unexpected(Errors{acted.error()});
  api::Differences done{.differences = to_api(wanted->differences_from(running_)),
                        .needs_restart = wanted->waiting_for_restart(),
                        .dropped = wanted->dropped_changes(),
                        .warnings = {}};
  for (const Error& warning : wanted->warnings()) done.warnings.push_back(to_string(warning));
  running_ = std::move(*wanted);
  return done;
}

void LiveConfiguration::tell(EventKind kind, const std::string& who, const api::Differences& done) {
  events_.post(kind, log::Level::info, running_.file_name(),
               fmt::format("{} ({}): {}", kind == EventKind::reload ? "reloaded" : "changed", who,
                           summary(done)));
  for (const std::string& dropped : done.dropped)
    events_.post(kind, log::Level::warning, running_.file_name(), dropped);
}

void LiveConfiguration::differences_from_file(Done done) {
  read_file([this, done = std::move(done)](const ResultOrErrors<config::Loaded>& file) {
    done(differences_from(file));
  });
}

ResultOrErrors<api::Differences> LiveConfiguration::differences_from(
    const ResultOrErrors<config::Loaded>& file) const {
  if (!file) return tl::unexpected(file.error());
  api::Differences found{.differences = to_api(running_.differences_from(*file)),
                         .needs_restart = {},
                         .dropped = {},
                         .warnings = {}};
  if (const auto reloaded = running_.with_file(*file))
    found.needs_restart = reloaded->waiting_for_restart();
  return found;
}

void LiveConfiguration::read_file(std::function<void(ResultOrErrors<config::Loaded>)> done) {
  const auto load = [name = running_.file_name(), which = running_.which_node()] {
    return config::load(name, which.option, which.host_name);
  };
  read_(load, std::move(done));
}

api::Configuration LiveConfiguration::report() const {
  api::Configuration report{.file = running_.file_name(),
                            .matches_file = reload_errors_.empty() && running_.changes().empty() &&
                                            running_.waiting_for_restart().empty(),
                            .changes = running_.changes().size(),
                            .needs_restart = running_.waiting_for_restart(),
                            .reloads_succeeded = reloads_succeeded_,
                            .reloads_failed = reloads_failed_,
                            .errors = {}};
  for (const Error& error : reload_errors_) report.errors.push_back(to_string(error));
  return report;
}

bool LiveConfiguration::is_changed(const std::string& service, const IpAddress& server) const {
  const config::Changes& changes = running_.changes();
  if (changes.added_services.contains(service)) return true;
  const auto owner = std::ranges::find(config().services, service, &config::Service::name);
  if (owner == config().services.end()) return false;
  const auto pool = changes.pools.find(owner->pool);
  return pool != changes.pools.end() &&
         (pool->second.added.contains(server) || pool->second.edited.contains(server));
}

}  // namespace drover::control
