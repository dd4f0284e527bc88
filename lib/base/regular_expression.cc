// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/regular_expression.h"

#include <regex.h>

namespace drover {
namespace {

// A backslash and a digit, not counting escaped backslashes.
bool has_back_reference(std::string_view pattern) {
  for (std::size_t i = 0; i + 1 < pattern.size(); ++i)
    if (pattern[i] == '\\') {
      const char next = pattern[++i];
      if (next >= '1' && next <= '9') return true;
    }
  return false;
}

}  // namespace

struct RegularExpression::Compiled {
  Compiled() = default;
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
  ~Compiled() {
    if (sound) regfree(&regex);
  }
  regex_t regex{};
  bool sound = false;
};

Result<RegularExpression> RegularExpression::compile(const std::string& pattern) {
  if (has_back_reference(pattern))
    return failure("", "a regular expression with back-references is not supported");
  if (pattern.find('\0') != std::string::npos)
    return failure("", "a regular expression cannot hold a byte 0");
  auto compiled = std::make_shared<Compiled>();
  const int error = regcomp(&compiled->regex, pattern.c_str(), REG_EXTENDED | REG_NOSUB);
  compiled->sound = error == 0;
  if (error != 0) {
    char text[128] = {};
    regerror(error, &compiled->regex, text, sizeof text);
    return failure("", std::string("no POSIX extended regular expression: ") + text);
  }
  return RegularExpression(std::move(compiled));
}

bool RegularExpression::matches(std::string_view text) const {
  regmatch_t range{};
  range.rm_so = 0;
  range.rm_eo = static_cast<regoff_t>(text.size());
  const char* bytes = text.data() != nullptr ? text.data() : "";
  return regexec(&compiled_->regex, bytes, 1, &range, REG_STARTEND) == 0;
}

}  // namespace drover
