// SPDX-License-Identifier: BSD-3-Clause
// What somebody probably meant who mistyped a word.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace drover::config {

// Insertions, deletions, replacements and swaps of neighbours; case and - against _ are free.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The closest of `known` when it is close enough to be what was meant, else empty.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

// A remedy: 'did you mean "x"?', or `otherwise` and the list of what is known.
std::string suggest(std::string_view word, std::span<const std::string_view> known,
                    std::string_view otherwise);

}  // namespace drover::config
