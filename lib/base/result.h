// SPDX-License-Identifier: BSD-3-Clause
// Errors are values: what is wrong, where, and what to do about it.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace drover {

struct Error {
  std::string where;   // "file:line:column", a field, a device; may be empty
  std::string what;    // one sentence without a full stop
  std::string remedy;  // what to do, often a command; may be empty
};

using Errors = std::vector<Error>;

template <class T>
using Result = tl::expected<T, Error>;

// Returned by what reports all its errors at once, not only the first.
template <class T>
using ResultOrErrors = tl::expected<T, Errors>;

// "where: what; remedy" on one line, without what is empty.
std::string to_string(const Error& error);

inline tl::unexpected<Error> failure(std::string where, std::string what, std::string remedy = {}) {
  return tl::unexpected(Error{std::move(where), std::move(what), std::move(remedy)});
}

// "Permission denied" for EACCES and so on; thread-safe.
std::string errno_text(int error_number);

}  // namespace drover
