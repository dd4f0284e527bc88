// SPDX-License-Identifier: BSD-3-Clause
// A command line of ipvsadm's, as its option parser (popt) reads it. Pure.
#pragma once

#include <map>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace drover::config {

// By the short name ("t"), or the long one of those that have no other; a value, or an empty one.
using IpvsadmOptions = std::map<std::string, std::string>;

// The words may begin with the program's name. Error: what is wrong with them.
tl::expected<IpvsadmOptions, std::string> ipvsadm_options(const std::vector<std::string>& words);

}  // namespace drover::config
