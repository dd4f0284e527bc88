// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/config/assemble.h"
#include "lib/config/context.h"
#include "lib/config/document.h"
#include "lib/config/sections.h"
#include "lib/config/source_text.h"
#include "lib/config/validate.h"

namespace drover::config {
namespace {

tl::unexpected<Errors> only(const std::string& file, const Finding& finding) {
  return tl::unexpected(Errors{{where(file, finding.position), finding.what, finding.remedy}});
}

ResultOrErrors<Loaded> parse_for(std::string_view text, const std::string& file_name,
                                 const WhichNode& which) {
  if (const auto binary = find_binary(text)) return only(file_name, *binary);
  const auto document = parse_document(text);
  if (!document) return only(file_name, document.error());
  return read(*document, file_name, which);
}

// What runs a program, and where it stands in the file.
struct Runner {
  std::string place;
  const char* what;
};

std::optional<Runner> find_runner(const Config& config) {
  for (const auto& [pool, place] : pool_places(config))
    if (std::ranges::any_of(pool->checks,
                            [](const Check& check) { return runs_program(check.kind); }))
      return Runner{place + ".checks", "a check"};
  if (!config.failover) return std::nullopt;
  for (std::size_t i = 0; i < config.failover->vrrp.size(); ++i) {
    const VrrpInstance& instance = config.failover->vrrp[i];
    const std::string place = fmt::format("failover.vrrp[{}]", i);
    for (std::size_t j = 0; j < instance.track.size(); ++j)
      if (instance.track[j].script) return Runner{fmt::format("{}.track[{}]", place, j), "track"};
    if (!instance.notify.master.empty() || !instance.notify.backup.empty())
      return Runner{place + ".notify", "notify"};
  }
  return std::nullopt;
}

// Programs are taken only from a file that nobody but root can write.
std::optional<Error> refusal_of_programs(const std::string& path, const Loaded& loaded) {
  if (is_only_roots(path)) return std::nullopt;
  const auto runner = find_runner(loaded.config);
  if (!runner) return std::nullopt;
  return Error{
      loaded.places.where(runner->place),
      fmt::format("{} runs a program, but not only root can write this file", runner->what),
      fmt::format("chown root:root {0} && chmod go-w {0}", path)};
}

}  // namespace

ResultOrErrors<Loaded> load(const std::string& path, const std::optional<std::string>& node_name,
                            const std::string& host_name) {
  const auto text = read_file(path);
  if (!text) return tl::unexpected(Errors{text.error()});
  auto loaded = parse(*text, path, node_name, host_name);
  if (!loaded) return loaded;
  if (auto refusal = refusal_of_programs(path, *loaded))
    return tl::unexpected(Errors{std::move(*refusal)});
  return loaded;
}

ResultOrErrors<Loaded> parse(std::string_view text, const std::string& file_name,
                             const std::optional<std::string>& node_name,
                             const std::string& host_name) {
  return parse_for(text, file_name, {node_name, host_name});
}

ResultOrErrors<Loaded> read(const YamlNode& document, const std::string& file_name,
                            const WhichNode& which) {
  Context context(file_name);
  auto file = read_root(context, document);
  if (!file) return tl::unexpected(context.errors());
  Config config = assemble(context, std::move(*file), which);
  validate(context, config);
  if (context.failed()) return tl::unexpected(context.errors());
  return Loaded{std::move(config), document, context.warnings(), context.places()};
}

ResultOrErrors<Loaded> load_for_every_node(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return tl::unexpected(Errors{text.error()});
  auto first = parse_for(*text, path, {.option = {}, .host_name = {}, .or_the_first = true});
  if (!first) return first;
  if (auto refusal = refusal_of_programs(path, *first))
    first->warnings.push_back(std::move(*refusal));
  for (const Node& node : first->config.nodes)
    if (auto other = parse(*text, path, node.name, {}); !other) return other;
  return first;
}

}  // namespace drover::config
