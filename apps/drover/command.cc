// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/command.h"

#include <cstdio>

namespace drover::client {

ExitStatus complain(const Error& error) {
  const std::string line = "drover: " + to_string(error) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
  return ExitStatus::failed;
}

ExitStatus complain(const Errors& errors) {
  for (const Error& error : errors) complain(error);
  return ExitStatus::failed;
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace drover::client
