// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/role_programs.h"

#include <fmt/format.h>

#include <utility>

#include "lib/health/program.h"

namespace drover::control {

RolePrograms::RolePrograms(boost::asio::io_context& loop, EventLog& events)
    : loop_(loop), events_(events), after_(loop, [this] {
        runs_.pop_front();
        running_ = false;
        next();
      }) {}

void RolePrograms::changed(const config::VrrpInstance& instance, bool is_master,
                           const std::string& reason, const std::string& node) {
  const config::Notify& notify = instance.notify;
  const std::vector<std::string>& command = is_master ? notify.master : notify.backup;
  if (command.empty()) return;
  const std::string subject = fmt::format("vrrp {}", instance.id);
  if (runs_.size() > most_waiting) {
    events_.post(EventKind::takeover, log::Level::warning, subject,
                 fmt::format("{} is left out: too many wait", runs_[1].program));
    runs_.erase(runs_.begin() + 1);
  }
  health::Program program{
      .command = command,
      .user = notify.user,
      .reader = nullptr,
      .output = {},
      .environment = {fmt::format("DROVER_ROLE={}", is_master ? "master" : "backup"),
                      fmt::format("DROVER_INSTANCE={}", instance.id), "DROVER_REASON=" + reason,
                      "DROVER_NODE=" + node}};
  runs_.push_back({subject, command.front(), notify.timeout,
                   health::make_program(loop_, {}, std::move(program))});
  next();
}

void RolePrograms::next() {
  if (running_ || runs_.empty()) return;
  running_ = true;
  Run& run = runs_.front();
  run.prober->start(run.timeout, [this](const health::Outcome& outcome) { ended(outcome); });
}

void RolePrograms::ended(const health::Outcome& outcome) {
  const Run& run = runs_.front();
  events_.post(EventKind::takeover, outcome.is_good() ? log::Level::info : log::Level::warning,
               run.subject,
               outcome.is_good() ? fmt::format("{} has run", run.program)
                                 : fmt::format("{}: {}", run.program, outcome.reason));
  after_.set(std::chrono::steady_clock::now());
}

}  // namespace drover::control
