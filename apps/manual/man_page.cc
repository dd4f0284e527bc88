// SPDX-License-Identifier: BSD-3-Clause
#include "apps/manual/man_page.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "apps/manual/roff.h"
#include "version.h"

namespace drover::manual {
namespace {

bool is_hidden(const CLI::Option& option) {
  return option.get_group().empty();
}

std::string value_of(const CLI::Option& option) {
  if (option.get_expected_max() == 0 || option.get_type_size() == 0) return "";
  return option.get_type_name() == "TEXT" || option.get_type_name().empty()
             ? "VALUE"
             : option.get_type_name();
}

// "-n, --interval SECONDS"
std::string term_of(const CLI::Option& option) {
  std::string term;
  for (const std::string& name : option.get_snames())
    term += (term.empty() ? "" : ", ") + bold("-" + name);
  for (const std::string& name : option.get_lnames())
    term += (term.empty() ? "" : ", ") + bold("--" + name);
  const std::string value = value_of(option);
  return value.empty() ? term : term + " " + italic(value);
}

std::string default_of(const CLI::Option& option) {
  const std::string text = option.get_default_str();
  return text.empty() ? "" : fmt::format(" (default: {})", escaped(text));
}

std::string options_text(const CLI::App& app) {
  std::string text;
  for (const CLI::Option* option : app.get_options()) {
    if (is_hidden(*option) || !option->nonpositional()) continue;
    text += fmt::format(".TP\n{}\n{}{}.\n", term_of(*option), escaped(option->get_description()),
                        default_of(*option));
  }
  return text;
}

std::string positionals_of(const CLI::App& app) {
  std::string text;
  for (const CLI::Option* option : app.get_options())
    if (option->get_positional())
      text += " " + (option->get_required() ? italic(option->get_name(true))
                                            : "[" + italic(option->get_name(true)) + "]");
  return text;
}

std::string positionals_text(const CLI::App& app) {
  std::string text;
  for (const CLI::Option* option : app.get_options())
    if (option->get_positional())
      text += fmt::format(".TP\n{}\n{}{}.\n", italic(option->get_name(true)),
                          escaped(option->get_description()), default_of(*option));
  return text;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
}

// A command, and what stands below it, under its whole name.
std::string command_text(const CLI::App& command, const std::string& before) {
  const std::string name = before + command.get_name();
  const auto below = commands_of(command);
  const bool has_options = !options_text(command).empty();
  std::string text = fmt::format(".SS {}{}{}{}\n{}.\n", escaped(name), positionals_of(command),
                                 has_options ? " [options]" : "", below.empty() ? "" : " command",
                                 escaped(command.get_description()));
  text += positionals_text(command) + options_text(command);
  for (const CLI::App* each : below) text += command_text(*each, name + " ");
  return text;
}

}  // namespace

std::string man_page(const CLI::App& app, const Page& page) {
  std::string text = fmt::format(".TH {} {} \"\" \"drover {}\" \"drover\"\n", escaped(page.name),
                                 page.number, version);
  text += fmt::format(".SH NAME\n{} \\- {}\n", escaped(page.name), escaped(page.summary));
  const auto commands = commands_of(app);
  text += fmt::format(".SH SYNOPSIS\n{} [options]{}\n", bold(page.name),
                      commands.empty() ? positionals_of(app) : " " + italic("command") + " ...");
  text += fmt::format(".SH DESCRIPTION\n{}\n", escaped(app.get_description()));
  text += ".SH OPTIONS\n" + options_text(app);
  if (!commands.empty()) text += ".SH COMMANDS\n";
  for (const CLI::App* command : commands) text += command_text(*command, "");
  for (const Section& section : page.sections)
    text += fmt::format(".SH {}\n{}\n", section.title, section.text);
  return text;
}

}  // namespace drover::manual
