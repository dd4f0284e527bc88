// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/import/import.h"
#include "lib/config/import/words.h"

namespace drover::config {

std::optional<ImportKind> detect_kind(std::string_view text) {
  for (const WordLine& line : word_lines(text)) {
    const std::string& first = line.words.front();
    if (first.starts_with('-') || first == "ipvsadm" || first.ends_with("/ipvsadm"))
      return ImportKind::ipvsadm_save;
    if ((line.words.size() > 1 && line.words[1] == "=") || line.words.back() == "{")
      return ImportKind::lvs_cf;
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace drover::config
