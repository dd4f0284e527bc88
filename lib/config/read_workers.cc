// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include "lib/config/sections.h"
#include "lib/config/table.h"
#include "lib/config/values.h"

namespace drover::config {
namespace {

constexpr std::uint16_t most_workers = 64;
constexpr unsigned last_core = 1'023;

std::optional<std::vector<unsigned>> cores(Context& context, const YamlNode& node) {
  const auto read = list_of("core numbers", number<unsigned>(0, last_core), 1, most_workers);
  auto list = read(context, node);
  if (!list) return std::nullopt;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Context::Step step(context, i);
    const auto here = context.places().sound(context.path());
    const auto end = list->begin() + static_cast<std::ptrdiff_t>(i);
    if (here && std::find(list->begin(), end, (*list)[i]) != end)
      context.error(*here, fmt::format("core {} is given twice", (*list)[i]),
                    "a worker polls without pause and needs a core of its own");
  }
  return list;
}

}  // namespace

// `workers: 2` or `workers: {cores: [2, 3]}`.
std::optional<Workers> read_workers(Context& context, const YamlNode& node) {
  static const Table<Workers> table =
      Table<Workers>("workers").required("cores", &Workers::cores, cores);
  if (node.content->kind == Kind::map) {
    auto workers = table(context, node);
    if (workers) workers->count = static_cast<std::uint16_t>(workers->cores.size());
    return workers;
  }
  const auto count = number<std::uint16_t>(1, most_workers)(context, node);
  if (!count) return std::nullopt;
  return Workers{*count, {}};
}

}  // namespace drover::config
