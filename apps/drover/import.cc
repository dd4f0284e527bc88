// SPDX-License-Identifier: BSD-3-Clause
// `drover import`: from LVS's files to drover's, on stdout. Warnings and errors with their lines go
// to stderr; with an error there is no result.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>

#include "apps/drover/command.h"
#include "lib/config/import/import.h"

namespace drover::client {
namespace {

struct Options {
  std::string file = "-";
  std::string from;
};

Result<std::string> read_all(const std::string& file) {
  if (file == "-")
    return std::string(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  std::ifstream stream(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (!stream && !stream.eof()) return failure(file, errno_text(errno));
  if (!stream.is_open()) return failure(file, errno_text(errno));
  return text;
}

std::optional<config::ImportKind> kind_of(const Options& options, const std::string& text) {
  if (options.from == "lvs.cf") return config::ImportKind::lvs_cf;
  if (options.from == "ipvsadm-save") return config::ImportKind::ipvsadm_save;
  return config::detect_kind(text);
}

void tell(const std::string& file, const std::vector<config::ImportNote>& notes,
          std::string_view kind) {
  for (const config::ImportNote& note : notes) {
    const std::string line = note.line == 0 ? "" : fmt::format("{}:", note.line);
    fmt::print(stderr, "{}:{} {}{}\n", file, line, kind, note.text);
  }
}

ExitStatus run(const Options& options) {
  const auto text = read_all(options.file);
  if (!text) return complain(text.error());
  const std::string name = options.file == "-" ? "stdin" : options.file;
  const auto kind = kind_of(options, *text);
  if (!kind) {
    complain({name, "is neither an lvs.cf nor what ipvsadm-save writes",
              "say what it is: --from lvs.cf or --from ipvsadm-save"});
    return ExitStatus::bad_configuration;
  }
  const config::Imported imported = *kind == config::ImportKind::lvs_cf
                                        ? config::import_lvs_cf(*text)
                                        : config::import_ipvsadm_save(*text);
  tell(name, imported.errors, "");
  tell(name, imported.warnings, "warning: ");
  if (!imported.errors.empty()) {
    fmt::print(stderr, "{}: {} error{}; nothing was converted\n", name, imported.errors.size(),
               imported.errors.size() == 1 ? "" : "s");
    return ExitStatus::bad_configuration;
  }
  print(to_yaml(imported));
  return ExitStatus::done;
}

}  // namespace

void add_import(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "import", "Make a drover.yaml from Piranha's lvs.cf or from what ipvsadm-save wrote");
  command->add_option("FILE", options->file, "The file; - is stdin")->capture_default_str();
  command->add_option("--from", options->from, "What it is, when it cannot be told by itself")
      ->check(CLI::IsMember({"lvs.cf", "ipvsadm-save"}));
  command->callback([&context, options] { context.status = run(*options); });
}

}  // namespace drover::client
