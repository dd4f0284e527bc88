// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/result.h"

#include <system_error>

namespace drover {

std::string to_string(const Error& error) {
  std::string line;
  if (!error.where.empty()) line += error.where + ": ";
  line += error.what;
  if (!error.remedy.empty()) line += "; " + error.remedy;
  return line;
}

std::string errno_text(int error_number) {
  return std::generic_category().message(error_number);
}

}  // namespace drover
