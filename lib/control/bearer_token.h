// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace drover::control {

// The secret that a client of the API must know (RFC 6750).
class BearerToken {
 public:
  static constexpr std::size_t fewest_characters = 16;

  // The file's first line. Only its owner may read it.
  static Result<BearerToken> read(const std::string& path);

  // Of an Authorization header; takes as long whatever is wrong with it.
  bool matches(std::string_view authorization) const;

 private:
  explicit BearerToken(std::string token) : token_(std::move(token)) {}
  std::string token_;
};

}  // namespace drover::control
