// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/running.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "lib/config/emit.h"
#include "lib/config/restart.h"

namespace drover::config {
namespace {

// Whoever may write to the API must not have a program run: those are the file's alone.
std::optional<Error> refusal_of_programs(const Config& config, const Config& file) {
  for (const auto& [name, pool] : config.pools) {
    const auto in_file = file.pools.find(name);
    for (const Check& check : pool.checks) {
      if (!runs_program(check.kind)) continue;
      if (in_file == file.pools.end() ||
          std::ranges::find(in_file->second.checks, check) == in_file->second.checks.end())
        return Error{name, "a check runs a program, which only the file can name",
                     "write it into the file and reload"};
    }
  }
  return std::nullopt;
}

}  // namespace

Running::Running(Loaded loaded, WhichNode which)
    : which_(std::move(which)),
      started_(loaded.config),
      started_document_(loaded.document),
      file_(std::move(loaded)),
      config_(file_.config),
      document_(file_.document) {}

ResultOrErrors<Running> Running::with_file(Loaded loaded) const {
  return make(*this, std::move(loaded), changes_);
}

ResultOrErrors<Running> Running::with_changes(Changes changes) const {
  auto next = make(*this, file_, changes);
  if (!next) return next;
  if (auto refusal = refusal_of_programs(next->config_, file_.config))
    return tl::unexpected(Errors{std::move(*refusal)});
  return next;
}

ResultOrErrors<Running> Running::make(const Running& before, Loaded file, const Changes& changes) {
  Applied applied = apply(changes, file.document);
  // The file alone has been read already.
  auto read_back = changes.empty() ? ResultOrErrors<Loaded>(file)
                                   : read(applied.document, file.places.file(), before.which_);
  if (!read_back) return tl::unexpected(std::move(read_back.error()));
  auto waiting = needs_restart(before.started_, read_back->config);
  if (!waiting.empty()) {
    applied.document = keep_started(std::move(applied.document), before.started_document_, waiting);
    read_back = read(applied.document, file.places.file(), before.which_);
    if (!read_back) return tl::unexpected(std::move(read_back.error()));
  }
  Running next = before;
  next.file_ = std::move(file);
  next.changes_ = std::move(applied.changes);
  next.config_ = std::move(read_back->config);
  next.document_ = std::move(applied.document);
  next.dropped_ = std::move(applied.dropped);
  next.waiting_ = std::move(waiting);
  return next;
}

std::vector<Difference> Running::differences_from(const Loaded& file) const {
  return differences(file.document, document_);
}

std::vector<Difference> Running::differences_from(const Running& other) const {
  return differences(other.document_, document_);
}

std::string Running::as_file() const {
  return emit(document_);
}

}  // namespace drover::config
