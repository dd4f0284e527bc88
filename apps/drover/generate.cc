// SPDX-License-Identifier: BSD-3-Clause
// `drover generate`, hidden: the manual and the completion, which the build installs.
#include <CLI/CLI.hpp>
#include <memory>

#include "apps/drover/command.h"
#include "apps/manual/bash_completion.h"
#include "apps/manual/man_page.h"

namespace drover::client {
namespace {

manual::Page page() {
  return {
      .name = "drover",
      .number = 1,
      .summary = "talk to droverd, the layer 4 load balancer",
      .sections = {
          {"EXIT STATUS",
           "0 when it is done, 1 when it failed, 2 for wrong use, 3 for a bad configuration.\n"
           "What a person reads goes to standard output, complaints go to standard error."},
          {"ENVIRONMENT",
           ".TP\n\\fBNO_COLOR\\fR\nWhen it is set, nothing is coloured. Only a terminal gets "
           "colours at all."},
          {"FILES", ".TP\n\\fI/run/drover/drover.sock\\fR\nThe socket that droverd listens on."},
          {"SEE ALSO", "\\fBdroverd\\fR(8), \\fBdrover.yaml\\fR(5), \\fBipvsadm\\fR(8)"}}};
}

}  // namespace

void add_generate(CLI::App& app, Context& context) {
  const auto what = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("generate", "Print the manual or the completion");
  command->group("");
  command->add_option("WHAT", *what, "Which")
      ->required()
      ->check(CLI::IsMember({"man", "bash-completion"}));
  command->callback([&app, &context, what] {
    print(*what == "man" ? manual::man_page(app, page()) : manual::bash_completion(app));
    context.status = ExitStatus::done;
  });
}

}  // namespace drover::client
