// SPDX-License-Identifier: BSD-3-Clause
#include "apps/manual/bash_completion.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace drover::manual {
namespace {

std::string options_of(const CLI::App& app) {
  std::string words;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    for (const std::string& name : option->get_lnames()) words += " --" + name;
    for (const std::string& name : option->get_snames()) words += " -" + name;
  }
  return words;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
}

// One line of the table for each command, by its whole name: "", "server", "server add".
std::string lines_of(const CLI::App& app, const std::string& path, const std::string& inherited) {
  std::string words;
  for (const CLI::App* command : commands_of(app)) words += " " + command->get_name();
  const std::string options = options_of(app) + inherited;
  std::string text = fmt::format("    '{}') words='{}' ;;\n", path, (words + options).substr(1));
  for (const CLI::App* command : commands_of(app))
    text += lines_of(*command, (path.empty() ? "" : path + " ") + command->get_name(),
                     path.empty() ? options : inherited);
  return text;
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
  const std::string name = app.get_name();
  return fmt::format(
      R"bash(# bash completion for {0}, made from its own table of commands
_{0}_words() {{
  local words
  case $1 in
{1}    *) return 1 ;;
  esac
  echo "$words"
}}

_{0}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} path='' word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${{COMP_WORDS[i]}}
    [[ $word == -* ]] && continue
    if _{0}_words "${{path:+$path }}$word" >/dev/null; then path=${{path:+$path }}$word; fi
  done
  mapfile -t COMPREPLY < <(compgen -W "$(_{0}_words "$path")" -- "$current")
}}
complete -o default -F _{0} {0}
)bash",
      name, lines_of(app, "", ""));
}

}  // namespace drover::manual
