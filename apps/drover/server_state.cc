// SPDX-License-Identifier: BSD-3-Clause
// `drover drain | enable | disable SERVICE SERVER [--wait]`.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "apps/drover/api_client.h"
#include "apps/drover/change.h"
#include "apps/drover/connections_left.h"
#include "apps/drover/numbers.h"

namespace drover::client {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string service;
  std::string server;
  bool wait = false;
  double deadline = 600;  // seconds
};

// Redrawn in place on a terminal; elsewhere a line when the number has changed.
class Progress {
 public:
  void show(const ConnectionsLeft& left, double seconds) {
    const std::string text = fmt::format("{} active and {} inactive connections left after {}",
                                         left.active, left.inactive, duration(seconds));
    if (on_terminal_)
      print("\r\x1b[K" + text);
    else if (left != shown_)
      print(text + "\n");
    shown_ = left;
    std::fflush(stdout);
  }
  void end() const {
    if (on_terminal_) print("\n");
  }

 private:
  bool on_terminal_ = isatty(STDOUT_FILENO) == 1;
  std::optional<ConnectionsLeft> shown_;
};

ExitStatus wait_until_gone(const Context& context, const Options& options) {
  const ApiClient client(context.socket);
  const Clock::time_point start = Clock::now();
  Progress progress;
  while (true) {
    const auto services = client.get("/v1/services").and_then(api::decode_services);
    if (!services) return complain(services.error());
    const auto left = connections_left(*services, options.service, options.server);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    progress.show(left, seconds);
    if (left == ConnectionsLeft{}) break;
    if (seconds >= options.deadline) {
      progress.end();
      return complain({options.server, "the deadline has passed and it still has connections",
                       "wait longer (--deadline), or drover disable"});
    }
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  progress.end();
  return ExitStatus::done;
}

void add(CLI::App& app, Context& context, const char* name, const char* help, const char* state,
         bool may_wait) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(name, help);
  command->add_option("SERVICE", options->service, "Its name, or ADDRESS:PORT")->required();
  command->add_option("SERVER", options->server, "Its name or address")->required();
  if (may_wait) {
    command->add_flag("--wait", options->wait, "Until its connections are gone");
    command->add_option("--deadline", options->deadline, "Seconds after which to wait no longer")
        ->check(CLI::Range(0.0, 1e6))
        ->capture_default_str();
  }
  command->callback([&context, options, state] {
    context.status =
        change(context, "PUT", server_target(options->service, options->server) + "/state",
               fmt::format(R"({{"state": "{}"}})", state));
    if (options->wait && context.status == ExitStatus::done)
      context.status = wait_until_gone(context, *options);
  });
}

}  // namespace

void add_server_state(CLI::App& app, Context& context) {
  add(app, context, "drain", "Give a server no new connections; those it has go on", "drained",
      true);
  add(app, context, "disable", "Drain a server and end its connections at their next packet",
      "disabled", true);
  add(app, context, "enable", "Take a drain or disable back", "enabled", false);
}

}  // namespace drover::client
