// "Did you mean": the nearest neighbour of a mistyped word.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace orrery::cli {

// The candidate with the smallest edit distance (insertions, deletions, replacements, swaps of neighbours); the first
// of several. Empty when there is no candidate.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace orrery::cli
