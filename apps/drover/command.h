// SPDX-License-Identifier: BSD-3-Clause
// What every command shares. Each stands in a file of its own, with its options and its run.
#pragma once

#include <string>

#include "apps/drover/exit_status.h"
#include "lib/base/result.h"

namespace CLI {
class App;
}

namespace drover::client {

struct Context {
  std::string socket = "/run/drover/drover.sock";
  ExitStatus status = ExitStatus::done;  // set by the command that ran
};

void add_list(CLI::App& app, Context& context);
void add_status(CLI::App& app, Context& context);
void add_generate(CLI::App& app, Context& context);
void add_import(CLI::App& app, Context& context);
void add_ipvsadm(CLI::App& app, Context& context);
void add_trace(CLI::App& app, Context& context);
void add_capture(CLI::App& app, Context& context);
void add_watch(CLI::App& app, Context& context);
void add_check(CLI::App& app, Context& context);
void add_doctor(CLI::App& app, Context& context);
void add_lookup(CLI::App& app, Context& context);
void add_events(CLI::App& app, Context& context);

void add_failover(CLI::App& app, Context& context);
void add_reload(CLI::App& app, Context& context);
void add_diff(CLI::App& app, Context& context);
void add_save(CLI::App& app, Context& context);
void add_reset(CLI::App& app, Context& context);
void add_zero(CLI::App& app, Context& context);
void add_service(CLI::App& app, Context& context);
void add_server(CLI::App& app, Context& context);
void add_server_state(CLI::App& app, Context& context);  // drain, enable, disable
void add_weight(CLI::App& app, Context& context);

// "drover: ..." on stderr; gives ExitStatus::failed.
ExitStatus complain(const Error& error);
ExitStatus complain(const Errors& errors);  // a line each

// To stdout. Dies of SIGPIPE as others do; main() sees to other failures.
void print(const std::string& text);

}  // namespace drover::client
