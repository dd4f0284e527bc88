// SPDX-License-Identifier: BSD-3-Clause
// A POSIX extended regular expression (regcomp(3)) over any bytes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace drover {

class RegularExpression {
 public:
  // Refuses back-references, whose search may take exponential time; without them it is linear.
  static Result<RegularExpression> compile(const std::string& pattern);

  // Anywhere in the text.
  bool matches(std::string_view text) const;

 private:
  struct Compiled;
  explicit RegularExpression(std::shared_ptr<const Compiled> compiled)
      : compiled_(std::move(compiled)) {}
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace drover
