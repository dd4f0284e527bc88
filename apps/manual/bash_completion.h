// SPDX-License-Identifier: BSD-3-Clause
// Completion for bash, from the table by which a command line is read.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace drover::manual {

// A script to be sourced, as bash-completion does with what lies in its folder.
std::string bash_completion(const CLI::App& app);

}  // namespace drover::manual
