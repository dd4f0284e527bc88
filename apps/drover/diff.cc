// SPDX-License-Identifier: BSD-3-Clause
// `drover diff`: from the file, as it is now, to what runs. Ends as diff(1) does: 0 without a
// difference, 1 with one, 2 in trouble.
#include <CLI/CLI.hpp>

#include "apps/drover/api_client.h"
#include "apps/drover/change.h"

namespace drover::client {
namespace {

constexpr auto differs = ExitStatus::failed;
constexpr auto trouble = ExitStatus::usage;

ExitStatus run(const Context& context) {
  const auto found = ApiClient(context.socket).send("GET", "/v1/configuration/differences");
  if (!found) {
    complain(found.error());
    return trouble;
  }
  const auto differences = api::decode_differences(*found);
  if (!differences) {
    complain(differences.error());
    return trouble;
  }
  print(differences_text(*differences));
  return differences->differences.empty() ? ExitStatus::done : differs;
}

}  // namespace

void add_diff(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("diff", "Show what of the running configuration is not as in the file");
  command->callback([&context] { context.status = run(context); });
}

}  // namespace drover::client
