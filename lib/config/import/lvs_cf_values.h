// SPDX-License-Identifier: BSD-3-Clause
// The values of an lvs.cf's keywords, read with an error where one is none of its kind, and what is
// said about them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lib/config/import/imported.h"
#include "lib/config/import/lvs_cf_keywords.h"
#include "lib/config/import/lvs_cf_sections.h"

namespace drover::config {

class LvsValues {
 public:
  // Outlived by `imported`, which gets the notes.
  explicit LvsValues(Imported& imported) : imported_(imported) {}

  void error(std::size_t line, std::string text);
  void warn(std::size_t line, std::string text);
  void comment(std::size_t line, std::string text);

  // Errors about unknown ones and their values' number; names those without a match. `where` is
  // empty outside of sections.
  void look_at_keywords(const LvsSection& section, std::span<const LvsKeyword> keywords,
                        std::string_view where);

  // Without quotes.
  std::optional<std::string> text(const LvsSection& section, std::string_view key) const;
  // The section's where it has no such key.
  std::size_t line_of(const LvsSection& section, std::string_view key) const;
  std::uint64_t number(const LvsSection& section, std::string_view key, std::uint64_t otherwise,
                       std::uint64_t most = 0xffff'ffff);
  bool flag(const LvsSection& section, std::string_view key, bool otherwise);
  std::optional<IpAddress> address(const LvsSection& section, std::string_view key);
  std::uint16_t port(const LvsSection& section, std::string_view key, std::uint16_t otherwise);

 private:
  void check_values(const LvsAssignment& assignment, const LvsKeyword& keyword);

  Imported& imported_;
};

}  // namespace drover::config
