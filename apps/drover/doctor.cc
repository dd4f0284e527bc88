// SPDX-License-Identifier: BSD-3-Clause
// `drover doctor`: looks for what makes people give up, and says what mends it.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>

#include "apps/drover/api_client.h"
#include "apps/drover/command.h"
#include "apps/drover/doctor/finding.h"
#include "apps/drover/doctor/gather.h"
#include "lib/config/load.h"

namespace drover::client {
namespace {

constexpr const char* usual_file = "/etc/drover/drover.yaml";

struct Options {
  std::optional<std::string> file;
  std::optional<std::string> node;
};

std::string host_name() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

void ask_daemon(const std::string& socket, doctor::Facts& facts) {
  const ApiClient client(socket);
  auto status = client.get("/v1/status").and_then(api::decode_status);
  auto services = client.get("/v1/services").and_then(api::decode_services);
  if (!status || !services) return;
  facts.status = std::move(*status);
  facts.services = std::move(*services);
}

ExitStatus run(const std::string& socket, const Options& options) {
  doctor::Facts facts;
  ask_daemon(socket, facts);
  std::optional<std::string> file = options.file;
  if (!file && !facts.status && std::filesystem::exists(usual_file)) file = usual_file;
  if (file) {
    const auto loaded = config::load(*file, options.node, host_name());
    if (!loaded) {
      for (const Error& error : loaded.error()) complain(error);
      return ExitStatus::bad_configuration;
    }
    take_configuration(loaded->config, facts);
  } else if (facts.status) {
    take_answers(facts);
  } else {
    return complain({socket, "droverd does not answer, and there is no file to go by",
                     "name one with --config"});
  }
  look_at_host(facts);
  const doctor::Examination result = doctor::examine(facts);
  print(result.text);
  return result.has_problems ? ExitStatus::failed : ExitStatus::done;
}

}  // namespace

void add_doctor(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "doctor", "Look for what stands in droverd's way on this host, and say what mends it");
  command->add_option("--config", options->file,
                      "The file to go by; without it a running droverd, then "
                      "/etc/drover/drover.yaml");
  command->add_option("--node", options->node, "Which of the file's nodes this is");
  command->callback([&context, options] { context.status = run(context.socket, *options); });
}

}  // namespace drover::client
